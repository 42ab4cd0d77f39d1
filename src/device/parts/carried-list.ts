import { join } from 'node:path'
import {
  MAX_PART_LIST_BYTES,
  Refusal,
  decodePartList,
  equal,
  kidOf,
  type CarriedAuthority,
  type PartList,
} from '../../core/index.ts'
import { sha256Fast, writeFileDurably } from '../../host/index.ts'
import type { Makers } from '../../wire/index.ts'
import { readBounded } from '../bounded-file.ts'
import type { StoreRecord } from '../secure-store.ts'

const pathIn = (dir: string) => join(dir, 'part-list')

export function writePartList(dir: string, list: Uint8Array): Promise<void> {
  return writeFileDurably(pathIn(dir), list)
}

/**
 * The list this phone was last convinced of, which lies where anybody may write: it counts while its
 * hash is the one the secure store knows. Null costs nobody anything but a better sentence.
 */
export async function readPartList(
  dir: string,
  { partList }: Pick<StoreRecord, 'partList'>,
): Promise<PartList | null> {
  if (partList === null) return null
  const bytes = await readBounded(pathIn(dir), MAX_PART_LIST_BYTES)
  if (bytes === null || !equal(sha256Fast(bytes), partList.hash)) return null
  try {
    return decodePartList(bytes)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** The makers it names. */
export function makersIn(list: PartList): Makers {
  return (kid) => makerOf(list, kid) ?? null
}

export function makerOf(list: PartList, kid: Uint8Array): CarriedAuthority | undefined {
  return list.authorities.find(({ role, key }) => role === 'maker' && equal(kidOf(key), kid))
}
