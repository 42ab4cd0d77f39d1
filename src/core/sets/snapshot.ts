import { SetReader, SetWriter } from './set-bytes.ts'
import { SNRS_OF_A_TAC, type List, type TacGroups } from './tac-group.ts'

/** 256 MiB: two to three times what 10^8 numbers take, and no more memory than an edge has. */
export const MAX_SNAPSHOT_BYTES = 2 ** 28

const MAGIC = 'SMS1'
const COUNT_AT = 14

/** All numbers of one list, as the first `treeSize` leaves of a log make it. */
export interface Snapshot {
  readonly list: List
  readonly treeSize: number
  readonly groups: TacGroups
}

/** One set has one encoding. @throws {Refusal} snapshot-malformed: no proper set; too-large */
export function encodeSnapshot({ list, treeSize, groups }: Snapshot): Uint8Array<ArrayBuffer> {
  const writer = new SetWriter()
  writer.head(MAGIC, list)
  writer.u64(treeSize)
  writer.u32(0)
  writer.patchU32(COUNT_AT, writer.groups(groups))
  return writer.done(MAX_SNAPSHOT_BYTES)
}

/**
 * Reads the head; the groups are decoded while they are gone through, in time and memory linear to
 * the bytes. **What has been gone through is believed only when the end was reached**: a refusal may
 * come after any group. A second pass over the same bytes cannot be refused any more.
 * @throws {Refusal} too-large; snapshot-malformed, also from each pass
 */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  const reader = new SetReader(bytes, 0, MAX_SNAPSHOT_BYTES)
  const list = reader.head(MAGIC)
  const treeSize = reader.u64()
  const count = reader.groupCount()
  const { at } = reader
  if (count === 0) reader.end()
  return {
    list,
    treeSize,
    groups: {
      *[Symbol.iterator]() {
        const pass = new SetReader(bytes, at)
        // A number has at least a bit.
        const scratch = new Uint32Array(Math.min(SNRS_OF_A_TAC, 8 * bytes.length))
        yield* pass.groups(count, scratch)
        pass.end()
      },
    },
  }
}
