import { concat, equal } from '../bytes.ts'
import { asText, type CborValue } from '../cbor.ts'
import { thumbprint, type PublicKey, type VerifyEs256 } from '../crypto.ts'
import { demand } from '../refusal.ts'

/**
 * The parts that hold a key of their own. The main board is none of them: it is the device. A phone
 * has each once, so the type is also the place.
 */
export const PART_TYPES = [
  'display',
  'battery',
  'front-camera',
  'rear-camera',
  'biometric',
  'modem',
] as const
export type PartType = (typeof PART_TYPES)[number]

/** @throws {Refusal} malformed */
export function parsePartType(value: CborValue | undefined): PartType {
  const text = asText(value, 32)
  const type = PART_TYPES.find((known) => known === text)
  demand(type !== undefined, 'malformed', 'no such type of part')
  return type
}

/**
 * What a part signs to show that it is there: 64 bytes, a fresh nonce of 32 and the thumbprint of the
 * phone that asks, so that no answer serves a second phone or a second time.
 */
export function partChallenge(nonce: Uint8Array, dak: Uint8Array): Uint8Array {
  return concat(nonce, dak)
}

/** What came back: a part that only repeats its number has no signature to give. */
export interface PartAnswer {
  readonly key: PublicKey
  readonly signature: Uint8Array
}

/** @returns the part's thumbprint. @throws {Refusal} part-signature */
export function checkPartAnswer(
  answer: PartAnswer | null,
  challenge: Uint8Array,
  verify: VerifyEs256,
): Uint8Array {
  const isProved = answer !== null && verify(answer.key, challenge, answer.signature)
  demand(isProved, 'part-signature', 'the part did not sign the challenge')
  return thumbprint(answer.key)
}

/** A part of a phone, and what binds it there: 32 bytes each. */
export interface BoundPart {
  readonly type: PartType
  /** Thumbprint of its key. */
  readonly part: Uint8Array
  /** Hash of its binding; of the maker's record, for a part the phone was made with. */
  readonly binding: Uint8Array
}

/** The bound part of this key, if it is one. */
export function boundAs<T extends Pick<BoundPart, 'part'>>(
  parts: readonly T[],
  part: Uint8Array,
): T | undefined {
  return parts.find((bound) => equal(bound.part, part))
}
