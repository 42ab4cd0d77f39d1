import { join } from 'node:path'
import {
  Fields,
  asArray,
  asBytes,
  coseKey,
  decodeCbor,
  encodeCbor,
  parseCoseKey,
  type CborValue,
  type PublicKey,
} from '../../core/index.ts'
import { writeFileDurably, type RandomBytes } from '../../host/index.ts'
import { readBounded } from '../bounded-file.ts'
import { MAX_FACTORY_BYTES, decodeFactory, encodeFactory, type Factory } from '../factory.ts'
import { BOX_BYTES, box, unbox } from './boxed-file.ts'
import { MAX_SEALED_BYTES } from './sealed.ts'
import { u64Of } from './writer.ts'

/** What the store needs before it can ask the TPM. In the clear: whoever alters it finds other names. */
export interface Setting {
  readonly approver: PublicKey
  /** The record key, sealed. */
  readonly recordKey: Uint8Array
}

/** What the maker put in, under the record key. */
export interface Inside {
  readonly factory: Factory
  /** The counter index's value when the phone was made. */
  readonly base: bigint
}

const FILE = { setting: 'tpm', factory: 'factory' } as const
const MAX_SETTING = 256 + MAX_SEALED_BYTES
const MAX_INSIDE = MAX_FACTORY_BYTES + 64

export async function writeSetting(dir: string, { approver, recordKey }: Setting): Promise<void> {
  const fields: [number, CborValue][] = [
    [1, 1],
    [2, coseKey(approver)],
    [3, recordKey],
  ]
  await writeFileDurably(join(dir, FILE.setting), encodeCbor(new Map(fields)))
}

/** Null: not there, or no such file. @throws {Refusal} malformed, not-canonical, too-large */
export async function readSetting(dir: string): Promise<Setting | null> {
  const file = await readBounded(join(dir, FILE.setting), MAX_SETTING)
  if (file === null) return null
  const fields = new Fields(decodeCbor(file, MAX_SETTING))
  if (fields.uint(1) !== 1) return null
  const setting = { approver: parseCoseKey(fields.take(2)), recordKey: asBytes(fields.take(3)) }
  fields.done()
  return setting
}

export async function writeInside(
  dir: string,
  key: Uint8Array,
  { factory, base }: Inside,
  random: RandomBytes,
): Promise<void> {
  const content = encodeCbor([u64Of(base), encodeFactory(factory)])
  await writeFileDurably(join(dir, FILE.factory), box({ key, name: 'factory' }, content, random))
}

/** Null: not there. @throws {Refusal} store, malformed … */
export async function readInside(dir: string, key: Uint8Array): Promise<Inside | null> {
  const file = await readBounded(join(dir, FILE.factory), MAX_INSIDE + BOX_BYTES)
  if (file === null) return null
  const content = decodeCbor(unbox({ key, name: 'factory' }, file), MAX_INSIDE)
  const [base, factory] = asArray(content, 2)
  const value = new DataView(asBytes(base, 8).slice().buffer).getBigUint64(0)
  return { factory: decodeFactory(asBytes(factory)), base: value }
}
