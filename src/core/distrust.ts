import { Fields, asArray, asUint, decodeCbor, type CborValue } from './cbor.ts'
import { demand } from './refusal.ts'

/** Field 3 of a distrust record. */
export const WHY_DISTRUSTED = { stolen: 1, misused: 2, lost: 3, retired: 4, overCap: 5 } as const

/**
 * "This key is void from leaf X": signed by any ancestor of the key, or by the root. It acts by log
 * index, never by a clock, and `from` may lie in the past.
 */
export interface Distrust {
  /** RFC 9679 thumbprint of the key, 32 bytes. */
  readonly key: Uint8Array
  /** First log index at which the key is void. */
  readonly from: number
  /** A value of `WHY_DISTRUSTED`. */
  readonly reason: number
  /**
   * Orders from `from` on that the ancestor has checked and that stay in force: a stolen key must
   * not free the phones it rightly locked. Rising; empty where none is kept.
   */
  readonly kept: readonly number[]
  /** Origin of the log it is for: indexes mean that log and no other. */
  readonly log: string
}

const MAX_BYTES = 16_384

/** The deterministic payload to sign. */
export function distrustPayload(distrust: Distrust): CborValue {
  const { key, from, reason, kept, log } = distrust
  return new Map<number, CborValue>([
    [1, key],
    [2, from],
    [3, reason],
    [4, kept.length === 0 ? null : [...kept]],
    [5, log],
  ])
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function parseDistrust(payload: Uint8Array): Distrust {
  const fields = new Fields(decodeCbor(payload, MAX_BYTES))
  const kept = fields.take(4)
  const distrust = {
    key: fields.bytes(1, 32),
    from: fields.uint(2),
    reason: fields.uint(3),
    kept: kept === null ? [] : asArray(kept).map((index) => asUint(index)),
    log: fields.text(5),
  }
  fields.done()
  const reasons: readonly number[] = Object.values(WHY_DISTRUSTED)
  demand(reasons.includes(distrust.reason), 'malformed', 'reason outside the closed list')
  demand(kept === null || distrust.kept.length > 0, 'malformed', 'nothing kept is spelled null')
  const rises = distrust.kept.every((index, i) => index > (distrust.kept[i - 1] ?? -1))
  demand(rises, 'malformed', 'kept orders rise')
  demand((distrust.kept[0] ?? distrust.from) >= distrust.from, 'malformed', 'kept lies before from')
  return distrust
}
