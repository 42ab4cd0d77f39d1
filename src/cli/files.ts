import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  Refusal,
  asArray,
  asBytes,
  decodeCbor,
  encodeCbor,
  equal,
  type Signer,
} from '../core/index.ts'
import {
  mkdirDurably,
  nodeVerifiers,
  noteSignerFromPem,
  openKey,
  parseKeyName,
  writeFileDurably,
  type NoteSigner,
  type Secrets,
} from '../host/index.ts'
import type { NoteKey } from '../log/index.ts'
import { readTrust, type Trust } from '../wire/index.ts'
import { nobody } from './secrets.ts'

/** Where a demonstration keeps what: one folder, keys apart from everything else. */
export class Files {
  readonly data: string

  constructor(data: string) {
    this.data = data
  }

  folder(...names: string[]): string {
    return join(this.data, ...names)
  }

  key(name: string): string {
    return join(this.data, 'keys', `${name}.pem`)
  }

  get root(): string {
    return join(this.data, 'trust', 'root.cbor')
  }

  get certificates(): string {
    return join(this.data, 'trust', 'certificates.cbor')
  }

  /** Verifier key of the heads of this registry's lists. */
  get listsVkey(): string {
    return join(this.data, 'trust', 'lists.vkey')
  }

  get hasTrust(): boolean {
    return existsSync(this.root)
  }
}

const MAX_CEREMONY_BYTES = 1_048_576

/** @throws {Refusal} config: there is no such file */
export async function readNeeded(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch {
    throw new Refusal(
      'config',
      `${path} cannot be read; the demonstration's own are made by a first \`npm start\``,
    )
  }
}

/**
 * Writes a file of the user's, whole or not at all, after a power cut too. Who was let to read the one
 * before, such as a register under a user of its own, reads this one. @throws {Refusal} not-found
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const before = await stat(path).catch(() => null)
    await writeFileDurably(path, bytes, before === null ? 0o600 : before.mode & 0o777)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new Refusal('not-found', `${path} cannot be written${code}`)
  }
}

/** The trust every party starts from. @throws {Refusal} config, malformed, root-threshold */
export async function loadTrust(path: string): Promise<Trust> {
  return readTrust(new Uint8Array(await readNeeded(path)), nodeVerifiers())
}

/**
 * A key by its name: a file, encrypted or not, or a token. A server has nobody to ask.
 * @throws {Refusal} config, key-missing, key-locked
 */
export async function loadSigner(key: string, secrets: Secrets = nobody): Promise<Signer> {
  const name = parseKeyName(key)
  if (name.kind === 'file') await readNeeded(name.path)
  return openKey(name, secrets)
}

/** @throws {Refusal} config */
export async function loadNoteSigner(path: string, name: string, type: 1 | 4): Promise<NoteSigner> {
  return noteSignerFromPem(name, type, (await readNeeded(path)).toString())
}

/** A key of the root document's policy, under the name it has there. @throws {Refusal} config */
export async function loadPolicySigner(
  path: string,
  policyKeys: readonly NoteKey[],
): Promise<NoteSigner> {
  const pem = (await readNeeded(path)).toString()
  for (const { name, type, publicKey } of policyKeys) {
    const signer = noteSignerFromPem(name, type, pem)
    if (equal(signer.key.publicKey, publicKey)) return signer
  }
  throw new Refusal('config', `${path} is no key that the root document names for this`)
}

/** The documents of the founding ceremony, root first. */
export async function loadFounding(files: Files): Promise<Uint8Array[]> {
  const root = new Uint8Array(await readNeeded(files.root))
  const list = decodeCbor(new Uint8Array(await readNeeded(files.certificates)), MAX_CEREMONY_BYTES)
  return [root, ...asArray(list).map((document) => asBytes(document))]
}

export function encodeCertificates(certificates: readonly Uint8Array[]): Uint8Array {
  return encodeCbor([...certificates])
}

/** Writes a secret for its owner's eyes only. */
export async function writeSecret(path: string, text: string | Uint8Array): Promise<void> {
  await mkdirDurably(join(path, '..'))
  await writeFileDurably(path, typeof text === 'string' ? new TextEncoder().encode(text) : text)
}
