import {
  OFFER_SECONDS,
  encodeDocument,
  encodeHandover,
  fromBase64,
  parseHandover,
  signAcceptance,
  signOffer,
  toBase64,
  type Signer,
} from '../../core/index.ts'
import { call, machine, type Surroundings } from '../../host/index.ts'
import {
  DisputeAnswerAnswer,
  HandoverAnswer,
  PurchaseAnswer,
  TransferAnswer,
} from '../../wire/index.ts'
import type { z } from 'zod'

export type Handover = z.infer<typeof HandoverAnswer>

/**
 * The owner's half of a change of owner, once the phone has asked for it. The code goes to the buyer,
 * and to nobody else: whoever holds it can take the phone when its time has come.
 * @param device thumbprint of the device key
 */
export async function offerPhone(
  registryUrl: string,
  device: Uint8Array,
  owner: Signer,
  { clock, random }: Surroundings = machine,
): Promise<Handover & { readonly code: string }> {
  const nonce = random(32)
  const from = Math.floor(clock() / 1000)
  const offer = signOffer({ dak: device, nonce, from, exp: from + OFFER_SECONDS }, owner)
  const body = { offer: toBase64(encodeDocument(offer)) }
  const answer = await post(registryUrl, '/v1/transfer-offers', body, HandoverAnswer)
  return { ...answer, code: toBase64(encodeHandover({ dak: device, nonce })) }
}

/** Where a handover stands: for seller and buyer alike. */
export function handoverStatus(registryUrl: string, code: string): Promise<Handover> {
  return post(registryUrl, '/v1/handovers', { code }, HandoverAnswer)
}

/** The buyer's half, with the key that is to own the phone. It is logged when this answers. */
export function takePhone(registryUrl: string, code: string, buyer: Signer) {
  const offered = parseHandover(fromBase64(code))
  const acceptance = signAcceptance({ ...offered, key: buyer.key }, buyer)
  const body = { acceptance: toBase64(encodeDocument(acceptance)) }
  return post(registryUrl, '/v1/transfers', body, TransferAnswer, 60_000)
}

/** The proof of purchase of whoever has this card. */
export async function purchaseProof(registryUrl: string, card: string): Promise<Uint8Array> {
  const { proof } = await post(registryUrl, '/v1/purchases', { card }, PurchaseAnswer)
  return fromBase64(proof)
}

/** What the present holder says to a former owner's dispute. */
export async function answerDispute(registryUrl: string, card: string, statement: string) {
  const body = { card, statement }
  return post(registryUrl, '/v1/dispute-answers', body, DisputeAnswerAnswer)
}

function post<T>(
  base: string,
  path: string,
  body: unknown,
  answer: z.ZodType<T>,
  timeoutMs?: number,
): Promise<T> {
  return call({ method: 'POST', base, path, body, answer, ...(timeoutMs && { timeoutMs }) })
}
