import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import { demand } from './refusal.ts'

/** What an identity record says (trust: naming a device in public). */
export const IDENTITY_TYPE = { conflict: 1, pair: 2, end: 3 } as const
export type IdentityType = keyof typeof IDENTITY_TYPE

/** The longest an honest pair may stand, in seconds from its log time: 400 days. */
export const MAX_PAIR_SECONDS = 400 * 86_400

/**
 * What the log says of a number that more than one phone wears. `conflict`: registers answer grey for
 * it where it is not black. `pair`: this number with this subscriber is honest, and white even beside
 * a lock. `end`: the record at `of` counts no longer.
 */
export interface IdentityRecord {
  readonly type: IdentityType
  /** Commitment to the number, with the subscriber where it is a pair; of an end, that of `of`. */
  readonly com: Uint8Array
  /** When a pair ends by itself, Unix seconds; null for the others. */
  readonly exp: number | null
  /** Log index of what an end ends; null for the others. */
  readonly of: number | null
  /** Origin of the log that `of` means. */
  readonly log: string
}

/** The deterministic payload to sign. */
export function identityPayload({ type, com, exp, of, log }: IdentityRecord): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, IDENTITY_TYPE[type]],
    [3, com],
    [4, exp],
    [5, of],
    [6, log],
  ])
}

/** @throws {Refusal} too-large, malformed, not-canonical, fields */
export function parseIdentityRecord(payload: Uint8Array): IdentityRecord {
  const fields = new Fields(decodeCbor(payload, 512), 'fields')
  demand(fields.uint(1) === 1, 'fields', 'expected version 1')
  const number = fields.uint(2)
  const type = (Object.keys(IDENTITY_TYPE) as IdentityType[]).find(
    (name) => IDENTITY_TYPE[name] === number,
  )
  demand(type !== undefined, 'fields', 'no such type of identity record')
  const record: IdentityRecord = {
    type,
    com: fields.bytes(3, 32),
    exp: fields.take(4) === null ? null : fields.uint(4),
    of: fields.take(5) === null ? null : fields.uint(5),
    log: fields.text(6),
  }
  fields.done()
  demand((record.exp !== null) === (type === 'pair'), 'fields', 'a pair has an end, nothing else')
  demand((record.of !== null) === (type === 'end'), 'fields', 'an end names a record, nothing else')
  return record
}
