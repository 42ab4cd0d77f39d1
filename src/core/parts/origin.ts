import {
  Fields,
  asArray,
  asBytes,
  asUint,
  decodeCbor,
  encodeCbor,
  type CborValue,
} from '../cbor.ts'
import type { ContentType } from '../cose.ts'
import { coseKey, parseCoseKey, type PublicKey } from '../crypto.ts'
import { demand } from '../refusal.ts'
import { parsePartType, type PartType } from './part.ts'

/**
 * Where a part comes from, in its maker's words. `made`: it was built into a phone, and stands in that
 * phone's record of the batch statement. `spare`: it was made for any phone.
 */
export type PartOrigin =
  | {
      readonly kind: 'made'
      readonly statement: Uint8Array
      readonly record: Uint8Array
      readonly index: number
      readonly path: readonly Uint8Array[]
    }
  | { readonly kind: 'spare'; readonly certificate: Uint8Array }

const KIND = { made: 1, spare: 2 } as const
/** A statement of 16 KiB, a record of 2, a path of 63 hashes. */
export const MAX_ORIGIN_BYTES = 24_576
const MAX_PATH = 63

export function encodeOrigin(origin: PartOrigin): Uint8Array {
  if (origin.kind === 'spare') return encodeCbor([KIND.spare, origin.certificate])
  const { statement, record, index, path } = origin
  return encodeCbor([KIND.made, statement, record, index, [...path]])
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function parseOrigin(bytes: Uint8Array): PartOrigin {
  const items = asArray(decodeCbor(bytes, MAX_ORIGIN_BYTES))
  if (items[0] === KIND.spare) {
    const [, certificate] = asArray(items, 2)
    return { kind: 'spare', certificate: asBytes(certificate) }
  }
  const [kind, statement, record, index, path] = asArray(items, 5)
  demand(kind === KIND.made, 'malformed', 'no such origin of a part')
  const hashes = asArray(path).map((hash) => asBytes(hash, 32))
  demand(hashes.length <= MAX_PATH, 'too-large', 'a longer path than any tree has')
  return {
    kind: 'made',
    statement: asBytes(statement),
    record: asBytes(record),
    index: asUint(index),
    path: hashes,
  }
}

/** A maker's word for a part that was in no phone yet. Signed by one `maker` key. */
export interface Spare {
  readonly type: PartType
  readonly key: PublicKey
  /** Unix seconds. */
  readonly madeAt: number
}

export const SPARE_TYPE = 'application/stolen-part+cbor' satisfies ContentType

/** The deterministic payload to sign. */
export function sparePayload({ type, key, madeAt }: Spare): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, type],
    [3, coseKey(key)],
    [4, madeAt],
  ])
}

/** @throws {Refusal} malformed, not-canonical */
export function parseSpare(payload: Uint8Array): Spare {
  const fields = new Fields(decodeCbor(payload, 512))
  demand(fields.uint(1) === 1, 'malformed', 'expected part certificate version 1')
  const spare = {
    type: parsePartType(fields.take(2)),
    key: parseCoseKey(fields.take(3)),
    madeAt: fields.uint(4),
  }
  fields.done()
  return spare
}
