import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import {
  MAX_ORIGIN_BYTES,
  PART_TYPES,
  demand,
  thumbprint,
  utf8,
  type MadePart,
  type PartType,
  type Signer,
} from '../../core/index.ts'
import { es256FromPem, generateEs256, mkdirDurably, writeFileDurably } from '../../host/index.ts'
import { readBounded } from '../bounded-file.ts'

/** A part in its place. Only its own chip has the key; whoever holds the part may have changed all else. */
export interface FittedPart {
  readonly type: PartType
  /** Null: it is there, and proves nothing. */
  readonly signer: Signer | null
  /** Its maker's word for it; empty where it has lost it. */
  readonly origin: Uint8Array
}

const FILE = { key: 'key.pem', origin: 'origin' } as const
const MAX_PEM = 4096

/**
 * Where parts sit: a folder for each, in a phone or on a shelf. A part made of files proves the logic
 * and not the protection: its key can be read.
 */
const placeOf = (dir: string, type: PartType) => join(dir, 'parts', type)

/** Parts with fresh keys. @returns what their maker notes down */
export async function makeParts(
  dir: string,
  types: readonly PartType[],
): Promise<readonly MadePart[]> {
  return Promise.all(
    types.map(async (type): Promise<MadePart> => {
      const { signer, pem } = generateEs256()
      await mkdirDurably(placeOf(dir, type))
      await writeFileDurably(join(placeOf(dir, type), FILE.key), utf8(pem))
      return [type, thumbprint(signer.key)]
    }),
  )
}

/** Lays a part with that key into an empty place. */
export async function layPart(
  dir: string,
  type: PartType,
  part: { readonly pem: string; readonly origin: Uint8Array },
): Promise<void> {
  await mkdirDurably(placeOf(dir, type))
  await writeFileDurably(join(placeOf(dir, type), FILE.key), utf8(part.pem))
  await giveOrigin(dir, type, part.origin)
}

/** Puts the maker's word into a part. */
export function giveOrigin(dir: string, type: PartType, origin: Uint8Array): Promise<void> {
  return writeFileDurably(join(placeOf(dir, type), FILE.origin), origin)
}

/** What answers on a phone's bus. */
export type PartsIn = (dir: string) => Promise<readonly FittedPart[]>

/** Every part that is there, whatever it is worth. An empty place is no part: nothing of it can be used. */
export async function fittedParts(dir: string): Promise<readonly FittedPart[]> {
  const names = await readdir(join(dir, 'parts')).catch((): string[] => [])
  const types = PART_TYPES.filter((type) => names.includes(type))
  return Promise.all(types.map((type) => readPart(dir, type)))
}

async function readPart(dir: string, type: PartType): Promise<FittedPart> {
  const pem = await readBounded(join(placeOf(dir, type), FILE.key), MAX_PEM)
  const origin = await readBounded(join(placeOf(dir, type), FILE.origin), MAX_ORIGIN_BYTES)
  return { type, signer: pem && signerFrom(pem), origin: origin ?? new Uint8Array() }
}

function signerFrom(pem: Uint8Array): Signer | null {
  try {
    return es256FromPem(Buffer.from(pem).toString())
  } catch {
    return null
  }
}

/**
 * A screwdriver: what sits in this place here and there changes over; a place may be empty.
 * @throws {Refusal} not-found: in neither
 */
export async function swapParts(here: string, there: string, type: PartType): Promise<void> {
  const [a, b] = [placeOf(here, type), placeOf(there, type)]
  const held = `${a}.held`
  await mkdir(join(here, 'parts'), { recursive: true })
  await mkdir(join(there, 'parts'), { recursive: true })
  const isHere = await moved(a, held)
  const isThere = await moved(b, a)
  demand(isHere || isThere, 'not-found', 'there is no such part')
  if (isHere) await rename(held, b)
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch {
    return false
  }
}
