import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  Refusal,
  parseImei14,
  parseSerial,
  readRoot,
  thumbprint,
  demand,
  type PublicKey,
} from '../core/index.ts'
import {
  generateEs256,
  mkdirDurably,
  nodeVerifiers,
  syncPath,
  type Surroundings,
} from '../host/index.ts'
import { createFileStore } from './file-store.ts'
import { blankRecord } from './secure-store.ts'
import { UserStorage } from './user-storage.ts'

export interface Manufacture {
  /** The new phone's directory. */
  readonly dir: string
  /** 14 digits each, in slot order, one or two. */
  readonly imeis: readonly string[]
  readonly serial: string
  /** The signed root document. */
  readonly root: Uint8Array
  readonly surroundings: Surroundings
}

/** What the maker notes down for its batch statement. */
export interface Made {
  readonly dak: PublicKey
  /** Thumbprint of the dak: the device. */
  readonly device: Uint8Array
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
  readRoot(root, nodeVerifiers().es256)
  const imeis = options.imeis.map((imei) => parseImei14(imei))
  demand(imeis.length >= 1 && imeis.length <= 2, 'malformed', 'expected one or two IMEIs')
  const factory = { imeis, serial: parseSerial(options.serial), root }
  await mkdirDurably(dir)
  const { signer, pem } = generateEs256()
  await makeStoreDir(storeDir(dir))
  const store = await createFileStore(storeDir(dir), factory, pem, surroundings.random)
  await store.apply(blankRecord(factory))
  await new UserStorage(storageDir(dir)).erase()
  return { dak: signer.key, device: thumbprint(signer.key) }
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
