import { concat } from './bytes.ts'
import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import { sha256 } from './crypto.ts'
import { demand } from './refusal.ts'

export const BATCH_TYPE = { enrolments: 1, bindings: 2, sales: 3 } as const

/** A log entry that stands for many private records: the log grows with orders, not with phones. */
export interface Batch {
  readonly type: keyof typeof BATCH_TYPE
  readonly count: number
  /** RFC 6962 root over the salted record hashes. */
  readonly root: Uint8Array
}

export function batchPayload(batch: Batch): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, BATCH_TYPE[batch.type]],
    [3, batch.count],
    [4, batch.root],
  ])
}

/** @throws {Refusal} malformed, not-canonical */
export function parseBatch(payload: Uint8Array): Batch {
  const fields = new Fields(decodeCbor(payload, 256))
  demand(fields.uint(1) === 1, 'malformed', 'expected batch version 1')
  const number = fields.uint(2)
  const type = (Object.keys(BATCH_TYPE) as (keyof typeof BATCH_TYPE)[]).find(
    (name) => BATCH_TYPE[name] === number,
  )
  demand(type !== undefined, 'malformed', 'no such batch type')
  const batch = { type, count: fields.uint(3), root: fields.bytes(4, 32) }
  fields.done()
  demand(batch.count >= 1, 'malformed', 'an empty batch')
  return batch
}

/** A leaf of the batch: hides the record until its salt is given away. */
export function saltedRecord(salt: Uint8Array, record: Uint8Array): Uint8Array {
  return sha256(concat(salt, record))
}
