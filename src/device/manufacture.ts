import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  Refusal,
  parseImei14,
  parseSerial,
  readRoot,
  thumbprint,
  demand,
  type MadePart,
  type PartType,
  type PublicKey,
  type Signer,
} from '../core/index.ts'
import {
  generateEs256,
  mkdirDurably,
  syncPath,
  writeFileDurably,
  type Surroundings,
} from '../host/index.ts'
import { SYSTEM, imagePath, referenceBy } from './boot.ts'
import { fileStores } from './file-store.ts'
import { makeParts } from './parts/part-files.ts'
import { blankRecord, type Stores } from './secure-store.ts'
import { UserStorage } from './user-storage.ts'
import { VERIFY } from './verify.ts'

export interface Manufacture {
  /** The new phone's directory. */
  readonly dir: string
  /** 14 digits each, in slot order, one or two. */
  readonly imeis: readonly string[]
  readonly serial: string
  /** The signed root document. */
  readonly root: Uint8Array
  readonly surroundings: Surroundings
  /** Parts that hold a key; none, where none is given. */
  readonly parts?: readonly PartType[]
  /** Signs its system image; a key of this phone alone, where none is given. */
  readonly maker?: Signer
  /** Of files, where none is given. */
  readonly stores?: Stores
}

/** What the maker notes down for its batch statement. */
export interface Made {
  readonly dak: PublicKey
  /** Thumbprint of the dak: the device. */
  readonly device: Uint8Array
  readonly parts: readonly MadePart[]
}

/** The two places of a phone: what survives a reset and what does not. */
export const storeDir = (dir: string) => join(dir, 'store')
export const storageDir = (dir: string) => join(dir, 'storage')

/**
 * Makes a phone: its key, its secure store, an empty user storage. It is not set up yet.
 * @throws {Refusal} imei-digits, serial-malformed, root-threshold, identity-conflict: made before
 */
export async function manufacture(options: Manufacture): Promise<Made> {
  const { dir, surroundings, root } = options
  readRoot(root, VERIFY.es256)
  const imeis = options.imeis.map((imei) => parseImei14(imei))
  demand(imeis.length >= 1 && imeis.length <= 2, 'malformed', 'expected one or two IMEIs')
  const serial = parseSerial(options.serial)
  await mkdirDurably(dir)
  await makeStoreDir(storeDir(dir))
  const parts = await makeParts(dir, options.parts ?? [])
  await writeFileDurably(imagePath(dir), SYSTEM)
  const { maker = generateEs256().signer } = options
  const factory = { imeis, serial, root, parts, ...referenceBy(maker) }
  const { stores = fileStores(surroundings.random) } = options
  const store = await stores.make(storeDir(dir), factory)
  await store.apply(blankRecord(factory))
  await store.close()
  await new UserStorage(storageDir(dir)).erase()
  return { dak: store.dak, device: thumbprint(store.dak), parts }
}

/** A second run over a phone would give it another key: it refuses instead. */
async function makeStoreDir(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch {
    throw new Refusal('identity-conflict', 'a phone was made here before')
  }
  await syncPath(dirname(path))
}
