import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../src/registry/db/database.ts'

const ROOM = 'TEST_EMBEDDED_TEMPLATE'

/** Vitest's global set-up: room for one created database that all files copy. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-template-'))
  process.env[ROOM] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}

/**
 * A created, empty embedded database at `folder`. Creating one takes seconds of processor time,
 * copying one a tenth of a second: whoever needs the first makes it for everybody.
 */
export async function freshFolder(folder: string): Promise<string> {
  const room = process.env[ROOM]
  if (room === undefined) throw new Error('the global set-up did not run')
  const template = join(room, 'template')
  if (!existsSync(template)) {
    const made = join(mkdtempSync(join(room, 'made-')), 'data')
    await (await openDatabase({ folder: made })).close()
    try {
      renameSync(made, template)
    } catch {
      // another worker was first
    }
  }
  cpSync(template, folder, { recursive: true, preserveTimestamps: true })
  return folder
}
