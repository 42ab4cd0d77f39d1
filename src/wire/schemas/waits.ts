import { z } from 'zod'
import { WAITING_ACTS } from '../../core/index.ts'
import { NOTICES } from '../notices.ts'
import { Base64, Time } from './common.ts'

const Act = z.enum(WAITING_ACTS)
const Card = z.string().min(1).max(32)

/** POST /v1/waits, /v1/wait-tickets: signed by the phone's own key, after its first factor. */
export const PhoneRequest = z.object({ request: Base64 })

/** A request signed by an owner's key, and the key (COSE_Key): together they say whose phones are meant. */
const OwnerProof = { key: Base64, request: Base64 }

/** Where one request stands. */
export const WaitAnswer = z.object({
  act: Act,
  stage: z.enum(['requested', 'pending', 'ready', 'done', 'cancelled', 'expired']),
  requestedAt: Time,
  /** When it can be done; null until the second factor is there. */
  readyAt: Time.nullable(),
})

/** POST /v1/wait-tickets: good for ten minutes, on the phone that asked. */
export const TicketAnswer = z.object({
  /** COSE_Sign1 by a registry key. */
  ticket: Base64,
  /** Registry certificates that lead to its signer, root side first. */
  certificates: z.array(Base64).max(16),
})

/** POST /v1/wait-confirmations: the second factor. A card is read, and refused as too weak. */
export const ConfirmRequest = z.union([
  z.strictObject(OwnerProof),
  z.strictObject({ card: Card, act: Act }),
])

/** POST /v1/wait-cancellations: the owner's key, the phone's own, or the recovery card. */
export const StopRequest = z.union([
  z.strictObject(OwnerProof),
  z.strictObject(PhoneRequest.shape),
  z.strictObject({ card: Card }),
])

/** POST /v1/counter-confirmations: an officer or operator has seen who the person is. */
export const CounterConfirmRequest = z.strictObject({
  act: Act,
  imei: z.string().max(64).optional(),
  serial: z.string().max(64).optional(),
})

/** POST /v1/counter-cancellations */
export const CounterStopRequest = CounterConfirmRequest.omit({ act: true })

/** One thing an owner was told of. */
export const NoticeAnswer = z.object({
  at: Time,
  what: z.enum(NOTICES),
  /** Null where it is about no act. */
  act: Act.nullable(),
  readyAt: Time.nullable(),
  text: z.string(),
})

/** POST /v1/owner-waits: everything that waits for the phones of a key, and what their owner was told. */
export const OwnerWaitsRequest = z.strictObject(OwnerProof)
export const OwnerWaitsAnswer = z.object({
  devices: z
    .array(
      z.object({
        /** Thumbprint of its hardware key. */
        device: Base64,
        serial: z.string().nullable(),
        model: z.string(),
        isProtected: z.boolean(),
        waiting: WaitAnswer.nullable(),
        notices: z.array(NoticeAnswer),
      }),
    )
    .max(64),
})

/** POST /v1/owner-contacts: where notices go besides; the address stands in the signed request. */
export const ContactRequest = z.strictObject(OwnerProof)
export const ContactAnswer = z.object({ hasMail: z.boolean() })
