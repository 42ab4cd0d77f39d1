import {
  Fields,
  asArray,
  asText,
  asUint,
  decodeCbor,
  demand,
  encodeCbor,
  coseKey,
  parseCoseKey,
  type CborValue,
  type PublicKey,
} from '../../core/index.ts'
import type { StoreRecord } from '../secure-store.ts'
import { decodeRecord, encodeRecord, MAX_RECORD_BYTES } from '../store-record.ts'
import type { Grant } from './grants.ts'

/** A bit that an order raises. */
export type Bit = Pick<Grant, 'act' | 'number'>

/** What a desk knows of one phone: the orders it has verified itself, and the bits they raise. */
export interface GrantPage {
  /** As a phone would hold it that has obeyed the same orders; its owner is left to the log. */
  readonly record: StoreRecord
  readonly approver: PublicKey
  /** Who may sign, by the approver's word: grants of no bit; null where somebody else keeps it. */
  readonly mandate: Uint8Array | null
  readonly bits: readonly Bit[]
}

const MAX_PAGE_BYTES = MAX_RECORD_BYTES + 16_384

export function encodePage({ record, approver, mandate, bits }: GrantPage): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, 1],
      [2, encodeRecord(record)],
      [3, coseKey(approver)],
      [4, mandate],
      [5, bits.map(({ act, number }) => [act, number])],
    ]),
  )
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function decodePage(bytes: Uint8Array): GrantPage {
  const fields = new Fields(decodeCbor(bytes, MAX_PAGE_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected a page of version 1')
  const page = {
    record: decodeRecord(fields.bytes(2)),
    approver: parseCoseKey(fields.take(3)),
    mandate: fields.take(4) === null ? null : fields.bytes(4),
    bits: fields.array(5).map(decodeBit),
  }
  fields.done()
  return page
}

function decodeBit(value: CborValue): Bit {
  const [act, number] = asArray(value, 2)
  const name = asText(act, 8)
  demand(name === 'lock' || name === 'release', 'malformed', 'no such bit')
  return { act: name, number: asUint(number) }
}
