import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import {
  generateNoteSigner,
  mkdirDurably,
  noteSignerFromPem,
  writeFileDurably,
  type NoteSigner,
} from '../host/index.ts'
import { ED25519, formatVkey, snapshotKeyName } from '../log/index.ts'
import { writeSecret, type Files } from './files.ts'

/**
 * The key for heads of lists: drawn where there is none yet. No root document names it, since it proves
 * nothing; its verifier key is written beside the trust, for the files of operators.
 */
export async function openListsKey(files: Files, origin: string): Promise<NoteSigner> {
  const path = files.key('lists')
  const name = snapshotKeyName(origin)
  if (!existsSync(path)) await writeSecret(path, generateNoteSigner(name, ED25519).pem)
  const signer = noteSignerFromPem(name, ED25519, await readFile(path, 'utf8'))
  await mkdirDurably(files.folder('trust'))
  const vkey = new TextEncoder().encode(`${formatVkey(signer.key)}\n`)
  await writeFileDurably(files.listsVkey, vkey, 0o644)
  return signer
}
