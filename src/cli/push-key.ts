import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { generateEs256 } from '../host/index.ts'
import { writeSecret, type Files } from './files.ts'

/**
 * The key by which push services know the registry, PEM: drawn where there is none yet. Browsers are bound to it:
 * with another one each has to be told again.
 */
export async function openPushKey(files: Files): Promise<string> {
  const path = files.key('push')
  if (!existsSync(path)) await writeSecret(path, generateEs256().pem)
  return readFile(path, 'utf8')
}
