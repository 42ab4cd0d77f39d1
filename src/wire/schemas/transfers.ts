import { z } from 'zod'
import { Base64, LargeBase64, Time } from './common.ts'

const Card = z.string().min(1).max(32)

/** POST /v1/transfer-offers: COSE_Sign of the owner's key. It is the second factor of a transfer. */
export const TransferOfferRequest = z.object({ offer: Base64 })

/** POST /v1/handovers: whoever holds the handover code, CBOR `[device, nonce]`. */
export const HandoverRequest = z.object({ code: Base64 })

/** What seller and buyer both see. */
export const HandoverAnswer = z.object({
  stage: z.enum(['requested', 'pending', 'ready', 'done', 'cancelled', 'expired']),
  /** When the buyer can take it: the registry's clock, and nothing shortens it. */
  readyAt: Time.nullable(),
  /** When the offer ends. */
  until: Time,
  /** Whether all parts in the phone are its own, as it said last; else nobody can take it. */
  partsBound: z.boolean(),
})

/** POST /v1/transfers: COSE_Sign of the key that is to own the phone. */
export const TransferRequest = z.object({ acceptance: Base64 })
export const TransferAnswer = z.object({
  /** Leaf of the sale in the public log. */
  index: z.number().int(),
  /** The buyer's recovery card: ten characters, shown this once. Null when it was shown before. */
  card: z.string().nullable(),
})

/** POST /v1/purchases: the buyer's proof, for whoever doubts him and for his phone. */
export const PurchaseRequest = z.object({ card: Card })
export const PurchaseAnswer = z.object({ index: z.number().int(), proof: LargeBase64 })

/** POST /v1/dispute-answers: the present holder's side of what a former owner says. */
export const DisputeAnswerRequest = z.object({
  card: Card,
  statement: z.string().min(1).max(2_000),
})
export const DisputeAnswerAnswer = z.object({ reference: z.string() })
