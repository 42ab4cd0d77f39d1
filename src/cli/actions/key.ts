import { generateKeyPairSync } from 'node:crypto'
import { toHex, thumbprint, type PublicKey } from '../../core/index.ts'
import { formatVkey } from '../../log/index.ts'
import { noteSignerFromKey } from '../../host/ed25519.ts'
import { publicPem } from '../../host/es256.ts'
import { parseKeyName } from '../../host/key-name.ts'
import { makeKey, openKey, writeNewKey } from '../../host/key-store.ts'
import { readPublicKey, writePaper } from '../ceremony/papers.ts'
import { fingerprintOf } from '../ceremony/words.ts'
import { print, wrongUsage } from '../out.ts'
import { secretsFrom } from '../secrets.ts'

interface Common {
  readonly key: string
  readonly secret?: string
  readonly json?: boolean
}

type Make = Common & { readonly public: string; readonly unattended?: boolean }

export async function makeNewKey(options: Make): Promise<void> {
  const name = parseKeyName(options.key)
  const signer = await makeKey(name, secretsFrom(options.secret), options.unattended ?? false)
  await writePaper(options.public, publicPem(signer.key))
  printKey(signer.key, options.json)
}

export async function showKey(path: string | undefined, options: Partial<Common>): Promise<void> {
  if ((path === undefined) === (options.key === undefined))
    throw wrongUsage('expected a public key file, or --key')
  const key =
    path === undefined
      ? (await openKey(parseKeyName(options.key!), secretsFrom(options.secret))).key
      : await readPublicKey(path)
  printKey(key, options.json)
}

function printKey(key: PublicKey, json: boolean | undefined): void {
  const shown = { fingerprint: fingerprintOf(key), thumbprint: toHex(thumbprint(key)) }
  print(json ?? false, shown, `key ${shown.fingerprint}`)
}

type Note = Pick<Common, 'json'> & {
  readonly name: string
  readonly signs: 'checkpoints' | 'cosignatures'
  readonly key: string
}

/** Logs, witnesses and guardians start by themselves: their keys lie in plain files, guarded by the machine. */
export async function makeNoteKey({ name, signs, key, json }: Note): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const signer = noteSignerFromKey(name, signs === 'checkpoints' ? 1 : 4, privateKey)
  await writeNewKey(key, privateKey, null)
  const vkey = formatVkey(signer.key)
  print(json ?? false, { vkey }, vkey)
}
