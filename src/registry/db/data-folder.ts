import { existsSync, readdirSync, renameSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Refusal } from '../../core/refusal.ts'
import { mkdirDurably, syncPath, writeFileDurably } from '../../host/index.ts'

/** Written last of all at the first creation. A folder without it is not a whole database. */
const MARKER = 'stolen-mode-created'
/** The names Postgres gives what lies in its folder; anything else there is somebody's. */
const MADE_BY_POSTGRES = /^(pg_.*|base|global|PG_VERSION|postgresql\..*|postmaster\..*)$/

/** @throws {Refusal} data-folder-unsafe: others than its owner could read or change it */
export function checkModes(folder: string): void {
  const { mode, uid } = statSync(folder)
  if ((mode & 0o077) !== 0)
    throw new Refusal(
      'data-folder-unsafe',
      `expected mode 0700 of ${folder}, found 0${(mode & 0o777).toString(8)}`,
    )
  if (process.getuid !== undefined && uid !== process.getuid())
    throw new Refusal('data-folder-unsafe', `expected to own ${folder}, found owner ${uid}`)
}

/**
 * Says whether the folder holds a whole database; if not, leaves it empty, ready for a creation.
 * What an interrupted creation left is moved aside, never deleted. To be called under the lock.
 * @throws {Refusal} data-folder-unsafe
 */
export async function holdsDatabase(folder: string): Promise<boolean> {
  if (existsSync(join(folder, MARKER))) {
    // Without PG_VERSION the engine would take the folder for a new one and create over the rest.
    if (existsSync(join(folder, 'PG_VERSION'))) return true
    throw new Refusal('data-folder-unsafe', `${folder} was a database and lacks PG_VERSION`)
  }
  const names = readdirSync(folder)
  if (names.length === 0) return false
  if (!names.every((name) => MADE_BY_POSTGRES.test(name)))
    throw new Refusal('data-folder-unsafe', `${folder} holds files that are not a database`)
  let copy = 1
  while (existsSync(`${folder}.unfinished-${copy}`)) copy++
  renameSync(folder, `${folder}.unfinished-${copy}`)
  await mkdirDurably(folder)
  return false
}

/** initdb makes some 970 files and syncs 5: this does the rest, and only then marks it whole. */
export async function finishCreation(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries)
    if (entry.isFile() || entry.isDirectory()) await syncPath(join(entry.parentPath, entry.name))
  await syncPath(folder)
  await syncPath(dirname(folder))
  await writeFileDurably(join(folder, MARKER), new Uint8Array())
}
