import type { KeyObject } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Refusal, demand, type Signer } from '../core/index.ts'
import { mkdirDurably, writeFileDurably } from './durable-file.ts'
import { es256Signer, fromPem, toPem } from './es256.ts'
import { freshKey } from './fresh-key.ts'
import { decryptKey, encryptKey, isEncrypted } from './key-file.ts'
import type { KeyName } from './key-name.ts'
import { makeTokenKey, openTokenKey } from './token-key.ts'

/** Where passphrases and PINs come from: a person at a terminal, a file. Asked only when needed. */
export interface Secrets {
  /** Opens what exists. */
  known(what: string): Promise<string>
  /** Will protect something new. */
  fresh(what: string): Promise<string>
}

/** Opens the key of this name. @throws {Refusal} key-missing, key-locked, config */
export async function openKey(name: KeyName, secrets: Secrets): Promise<Signer> {
  if (name.kind === 'token') return openTokenKey(name, await pinOf(name, secrets))
  return es256Signer(await openKeyFile(name.path, secrets))
}

/** Opens a private key in PKCS#8 PEM, encrypted or not. @throws {Refusal} key-missing, key-locked, config */
async function openKeyFile(path: string, secrets: Secrets): Promise<KeyObject> {
  const pem = await readFile(path, 'utf8').catch(() => {
    throw new Refusal('key-missing', `${path} cannot be read`)
  })
  if (!isEncrypted(pem)) return fromPem(pem)
  return decryptKey(pem, await secrets.known(`passphrase of ${path}`))
}

/** Makes a P-256 key. Unattended: in a file without a passphrase, for a server that starts by itself. */
export async function makeKey(
  name: KeyName,
  secrets: Secrets,
  unattended: boolean,
): Promise<Signer> {
  if (name.kind === 'token') {
    demand(!unattended, 'config', 'a token has a PIN')
    return makeTokenKey(name, await pinOf(name, secrets))
  }
  const privateKey = freshKey('P-256')
  await writeNewKey(name.path, privateKey, unattended ? null : secrets)
  return es256Signer(privateKey)
}

/** Writes a private key where there is no file yet; without secrets as plain PKCS#8. @throws {Refusal} config */
async function writeNewKey(path: string, key: KeyObject, secrets: Secrets | null): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  demand(!isThere, 'config', `${path} exists; a key is never written over`)
  const pem = secrets ? encryptKey(key, await secrets.fresh(`passphrase for ${path}`)) : toPem(key)
  await mkdirDurably(dirname(path))
  await writeFileDurably(path, new TextEncoder().encode(pem))
}

async function pinOf(name: KeyName & { kind: 'token' }, secrets: Secrets): Promise<string> {
  if (name.pinFile === null) return secrets.known(`PIN of token ${name.token ?? name.serial ?? ''}`)
  const text = await readFile(name.pinFile, 'utf8').catch(() => {
    throw new Refusal('key-missing', `${name.pinFile} cannot be read`)
  })
  return firstLine(text)
}

/** A secret kept in a file: its first line. */
export function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}
