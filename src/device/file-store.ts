import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import {
  Refusal,
  concat,
  demand,
  signEat,
  utf8,
  type PublicKey,
  type Signer,
} from '../core/index.ts'
import { es256FromPem, generateEs256, writeFileDurably, type RandomBytes } from '../host/index.ts'
import { eatOf, rootVersion } from './attested.ts'
import { readBounded } from './bounded-file.ts'
import { MAX_FACTORY_BYTES, decodeFactory, encodeFactory, type Factory } from './factory.ts'
import {
  stateOf,
  type Attestation,
  type SecureStore,
  type StoreRecord,
  type Stores,
} from './secure-store.ts'
import { MAX_RECORD_BYTES, decodeRecord, encodeRecord } from './store-record.ts'

const FILE = { record: 'record', factory: 'factory', macKey: 'mac.key', dak: 'dak.pem' } as const
const KEY_BYTES = 32
const MAC_BYTES = 32
const SEAL = { algorithm: 'aes-256-gcm', nonce: 12, tag: 16 } as const

/**
 * A secure store made of files: it proves the logic, not the protection. Whoever can read its
 * directory has the device key and can be this phone; whoever can write it can copy the directory
 * and put the old one back, which rewinds the lock and the counter, or compute a MAC of their own
 * with the key that lies beside. A chip has no such directory. What it does give: no crash leaves a
 * half-written record, and a record that is damaged, swapped or missing is noticed.
 */
export class FileStore implements SecureStore {
  readonly kind = 'file'
  readonly factory: Factory
  readonly #dir: string
  readonly #macKey: Uint8Array
  readonly #dak: Signer
  readonly #random: RandomBytes

  constructor(parts: {
    readonly dir: string
    readonly macKey: Uint8Array
    readonly dak: Signer
    readonly factory: Factory
    readonly random: RandomBytes
  }) {
    this.#dir = parts.dir
    this.#macKey = parts.macKey
    this.#dak = parts.dak
    this.factory = parts.factory
    this.#random = parts.random
  }

  get dak(): PublicKey {
    return this.#dak.key
  }

  async read(): Promise<StoreRecord | null> {
    return readSealed(this.#dir, 'record', this.#macKey, MAX_RECORD_BYTES, (bytes) => {
      const record = decodeRecord(bytes)
      rootVersion(record.root) // a record whose root document nobody can read is no record
      return record
    })
  }

  async apply(record: StoreRecord): Promise<void> {
    try {
      await writeSealed(this.#dir, 'record', this.#macKey, encodeRecord(record))
    } catch {
      throw new Refusal('store', 'the record could not be written')
    }
  }

  async seal(bootKey: Uint8Array): Promise<Uint8Array> {
    const nonce = this.#random(SEAL.nonce)
    const cipher = createCipheriv(SEAL.algorithm, mac(this.#macKey, 'seal'), nonce)
    return concat(nonce, cipher.update(bootKey), cipher.final(), cipher.getAuthTag())
  }

  async unseal(sealed: Uint8Array, record: StoreRecord): Promise<Uint8Array> {
    const { state } = stateOf(record)
    demand(state === 'protected' || state === 'held', 'wrong-state', `no boot while ${state}`)
    const length = SEAL.nonce + KEY_BYTES + SEAL.tag
    demand(sealed.length === length, 'store', 'not a sealed boot key')
    const nonce = sealed.subarray(0, SEAL.nonce)
    const decipher = createDecipheriv(SEAL.algorithm, mac(this.#macKey, 'seal'), nonce)
    decipher.setAuthTag(sealed.subarray(-SEAL.tag))
    try {
      const bootKey = decipher.update(sealed.subarray(SEAL.nonce, -SEAL.tag))
      return concat(bootKey, decipher.final())
    } catch {
      throw new Refusal('store', 'the boot key was not sealed here')
    }
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    return this.#dak.sign(message)
  }

  async attest(attestation: Attestation): Promise<Uint8Array> {
    return signEat(eatOf(this.#dak.key, this.factory, attestation), this.#dak)
  }

  async close(): Promise<void> {
    // files are not held open
  }
}

/** Stores made of files, each with a fresh device key. */
export function fileStores(random: RandomBytes): Stores {
  return {
    make: (dir, factory) => createFileStore(dir, factory, generateEs256().pem, random),
    open: (dir) => openFileStore(dir, random),
  }
}

/** Writes what the factory puts into a new store. The record comes by `apply`. */
async function createFileStore(
  dir: string,
  factory: Factory,
  dakPem: string,
  random: RandomBytes,
): Promise<FileStore> {
  const macKey = random(KEY_BYTES)
  await writeFileDurably(join(dir, FILE.macKey), macKey)
  await writeFileDurably(join(dir, FILE.dak), utf8(dakPem))
  await writeSealed(dir, 'factory', macKey, encodeFactory(factory))
  return new FileStore({ dir, macKey, dak: es256FromPem(dakPem), factory, random })
}

/** Null: a dead store. Its keys or its factory data are gone, and with them who this phone is. */
export async function openFileStore(dir: string, random: RandomBytes): Promise<FileStore | null> {
  const macKey = await readBounded(join(dir, FILE.macKey), KEY_BYTES)
  if (macKey === null || macKey.length !== KEY_BYTES) return null
  const factory = await readSealed(dir, 'factory', macKey, MAX_FACTORY_BYTES, decodeFactory)
  const dak = await readDak(join(dir, FILE.dak))
  return factory && dak && new FileStore({ dir, macKey, dak, factory, random })
}

async function readDak(path: string): Promise<Signer | null> {
  const pem = await readBounded(path, 4096)
  if (pem === null) return null
  try {
    return es256FromPem(Buffer.from(pem).toString())
  } catch {
    return null
  }
}

type Sealed = 'record' | 'factory'

/** The name is under the MAC too, so that one file does not pass for the other. */
function mac(
  key: Uint8Array,
  name: Sealed | 'seal',
  bytes: Uint8Array = new Uint8Array(),
): Uint8Array {
  return createHmac('sha256', key).update(`stolen-mode/v1/${name}\0`).update(bytes).digest()
}

async function writeSealed(dir: string, name: Sealed, key: Uint8Array, bytes: Uint8Array) {
  await writeFileDurably(join(dir, FILE[name]), concat(mac(key, name, bytes), bytes))
}

async function readSealed<T>(
  dir: string,
  name: Sealed,
  key: Uint8Array,
  maxBytes: number,
  decode: (bytes: Uint8Array) => T,
): Promise<T | null> {
  const file = await readBounded(join(dir, FILE[name]), MAC_BYTES + maxBytes)
  if (file === null || file.length < MAC_BYTES) return null
  const bytes = file.slice(MAC_BYTES)
  if (!timingSafeEqual(file.subarray(0, MAC_BYTES), mac(key, name, bytes))) return null
  try {
    return decode(bytes)
  } catch {
    return null
  }
}
