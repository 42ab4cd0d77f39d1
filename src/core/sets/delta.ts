import { demand } from '../refusal.ts'
import { SetReader, SetWriter } from './set-bytes.ts'
import type { List, TacGroups } from './tac-group.ts'
import { together } from './together.ts'

/** 4 MiB, some two million numbers: whoever is further behind takes the snapshot. */
export const MAX_DELTA_BYTES = 2 ** 22

const MAGIC = 'SMD1'
const COUNTS_AT = 22

/** What turns a list at tree size `from` into the one at `to`. */
export interface Delta {
  readonly list: List
  readonly from: number
  readonly to: number
  readonly adds: TacGroups
  readonly removes: TacGroups
}

/** @throws {Refusal} snapshot-malformed: no proper change; too-large */
export function encodeDelta({ list, from, to, adds, removes }: Delta): Uint8Array<ArrayBuffer> {
  checkSizes(from, to)
  checkDisjoint(adds, removes)
  const writer = new SetWriter()
  writer.head(MAGIC, list)
  writer.u64(from)
  writer.u64(to)
  writer.u32(0)
  writer.u32(0)
  writer.patchU32(COUNTS_AT, writer.groups(adds))
  writer.patchU32(COUNTS_AT + 4, writer.groups(removes))
  return writer.done(MAX_DELTA_BYTES)
}

/** @throws {Refusal} too-large, snapshot-malformed */
export function decodeDelta(bytes: Uint8Array): Delta {
  const reader = new SetReader(bytes, 0, MAX_DELTA_BYTES)
  const list = reader.head(MAGIC)
  const [from, to] = [reader.u64(), reader.u64()]
  checkSizes(from, to)
  const [addCount, removeCount] = [reader.groupCount(), reader.groupCount()]
  const adds = [...reader.groups(addCount)]
  const removes = [...reader.groups(removeCount)]
  reader.end()
  checkDisjoint(adds, removes)
  return { list, from, to, adds, removes }
}

function checkSizes(from: number, to: number): void {
  demand(from < to, 'snapshot-malformed', 'a delta leads to a larger tree')
}

function checkDisjoint(adds: TacGroups, removes: TacGroups): void {
  for (const { snrs } of together(adds, removes)) {
    const [added, removed] = snrs
    let other = 0
    for (const snr of added) {
      while (other < removed.length && removed[other]! < snr) other++
      demand(removed[other] !== snr, 'snapshot-malformed', 'one number is added and removed')
    }
  }
}
