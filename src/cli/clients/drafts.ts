import {
  Refusal,
  checkOpening,
  demand,
  encodeCbor,
  encodeSlot,
  fromBase64,
  parseOpening,
  parseOrder,
  signSlot,
  toBase64,
  type Act,
  type DeviceIds,
  type Order,
  type Signer,
} from '../../core/index.ts'
import { call } from '../../host/index.ts'
import { SignaturesAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import { patiently } from './patience.ts'

/** An order as a signer receives it. */
export interface DraftToSign {
  readonly id: string
  readonly payload: string
  readonly opening: string
}

/** A draft its signer has read: what it says, and which device it means. */
export interface ReadDraft {
  readonly id: string
  readonly order: Order
  readonly payload: Uint8Array
  readonly ids: DeviceIds
}

/**
 * What a signer's own program looks at before it signs: that the order says what was asked for and
 * means the device that is shown. The registry's word is not enough.
 * @throws {Refusal} fields, opening, malformed
 */
export function readDraft(draft: DraftToSign, ...acts: readonly Act[]): ReadDraft {
  const payload = fromBase64(draft.payload)
  const order = parseOrder(payload)
  const expected = acts.join(' or ')
  demand(acts.includes(order.act), 'fields', `expected a ${expected}, the draft says ${order.act}`)
  const ids = checkOpening(order, parseOpening(fromBase64(draft.opening)))
  return { id: draft.id, order, payload, ids }
}

/** One signature for one slot of a draft. */
export interface Signature {
  readonly draft: string
  readonly slot: number
  readonly signature: string
}

export function signDraft(draft: ReadDraft, slot: number, signer: Signer): Signature {
  const made = signSlot('application/stolen-order+cbor', draft.payload, signer)
  return { draft: draft.id, slot, signature: toBase64(encodeCbor(encodeSlot(made))) }
}

/** Sends signatures; a draft that is complete is logged when this answers. @throws {Refusal} */
export async function sendSignatures(
  registryUrl: string,
  signatures: readonly Signature[],
): Promise<z.infer<typeof SignaturesAnswer>['results']> {
  const { results } = await call({
    method: 'POST',
    base: registryUrl,
    path: '/v1/signatures',
    body: { signatures },
    answer: SignaturesAnswer,
    timeoutMs: 60_000,
  })
  return results
}

/**
 * Signatures of several drafts at once, sent again while the registry is away. What is refused of one
 * is its own affair. @throws {Refusal} unavailable, timeout
 */
export function sendEach(registryUrl: string, signatures: readonly Signature[]) {
  return patiently(async () => {
    const results = await sendOrRefused(registryUrl, signatures)
    const away = results.find(({ code }) => code === 'unavailable' || code === 'timeout')
    if (away) throw new Refusal('unavailable', away.detail ?? 'the registry is away')
    return results
  })
}

/** A lone draft's refusal comes as the answer to the whole request. */
async function sendOrRefused(
  registryUrl: string,
  signatures: readonly Signature[],
): ReturnType<typeof sendSignatures> {
  try {
    return await sendSignatures(registryUrl, signatures)
  } catch (error) {
    const [draft, ...others] = new Set(signatures.map((signature) => signature.draft))
    if (!(error instanceof Refusal) || draft === undefined || others.length > 0) throw error
    const { code, message, facts } = error
    return [{ draft, state: 'refused', code, detail: message, facts: { ...facts } }]
  }
}
