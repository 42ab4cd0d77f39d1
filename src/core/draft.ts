import { equal, toHex } from './bytes.ts'
import { asArray, asBytes, decodeCbor, encodeCbor } from './cbor.ts'
import { signSlot, type CoseSign, type Slot } from './cose.ts'
import type { Signer } from './crypto.ts'
import { MAX_ENTRY_BYTES, contentTypeOf, type Kind } from './entry.ts'
import { demand } from './refusal.ts'

/** Kinds that people sign one after the other, each alone with a file carried by hand. */
export const DRAFTED = ['root', 'certificate', 'list', 'distrust'] as const satisfies Kind[]
export type DraftedKind = (typeof DRAFTED)[number]

/** A document nobody has signed yet: its kind, and the very bytes each signature will cover. */
export interface Draft {
  readonly kind: DraftedKind
  readonly payload: Uint8Array
}

/** As a file: CBOR `[content type, payload]`. Never to be taken for a signed document, which has four parts. */
export function encodeDraft({ kind, payload }: Draft): Uint8Array {
  return encodeCbor([contentTypeOf(kind), payload])
}

/** @throws {Refusal} too-large, malformed, not-canonical, unknown-kind */
export function parseDraft(bytes: Uint8Array): Draft {
  const [contentType, payload] = asArray(decodeCbor(bytes, MAX_ENTRY_BYTES), 2)
  const kind = DRAFTED.find((name) => contentTypeOf(name) === contentType)
  demand(kind !== undefined, 'unknown-kind', 'a kind of draft this version does not know')
  return { kind, payload: asBytes(payload) }
}

/** One holder's signature, as a document with that one slot. */
export function signDraft({ kind, payload }: Draft, signer: Signer): CoseSign {
  const contentType = contentTypeOf(kind)
  return { contentType, payload, slots: [signSlot(contentType, payload, signer)] }
}

/**
 * Puts signatures of one draft together, whatever their order of arrival: sorted by key id, one slot
 * for each key, so that whoever assembles gets the same. It counts nothing and believes nothing:
 * thresholds and signatures are checked by whoever reads the result.
 * @throws {Refusal} signer-set: a signature of something else
 */
export function assemble({ kind, payload }: Draft, parts: readonly CoseSign[]): CoseSign {
  const contentType = contentTypeOf(kind)
  const slots = new Map<string, Slot>()
  for (const part of parts) {
    const isSame = part.contentType === contentType && equal(part.payload, payload)
    demand(isSame, 'signer-set', 'a signature of another document')
    for (const slot of part.slots) if (!slots.has(toHex(slot.kid))) slots.set(toHex(slot.kid), slot)
  }
  const sorted = [...slots].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { contentType, payload, slots: sorted.map(([, slot]) => slot) }
}
