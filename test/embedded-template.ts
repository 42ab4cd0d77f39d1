import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openDatabase } from '../src/registry/db/database.ts'

const ROOM = 'TEST_EMBEDDED_TEMPLATE'
const LOOK_MS = 50

/** Vitest's global set-up: room for one created database that all files copy. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-template-'))
  process.env[ROOM] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}

/**
 * A created, empty embedded database at `folder`. Creating one takes seconds of processor time,
 * copying one a tenth of a second: whoever needs the first makes it for everybody, and whoever comes
 * meanwhile waits, since two cores that make four are done later.
 */
export async function freshFolder(folder: string): Promise<string> {
  const room = process.env[ROOM]
  if (room === undefined) throw new Error('the global set-up did not run')
  const template = join(room, 'template')
  for (; !existsSync(template); await wait(LOOK_MS)) await makeUnlessMaking(room, template)
  cpSync(template, folder, { recursive: true, preserveTimestamps: true })
  return folder
}

async function makeUnlessMaking(room: string, template: string): Promise<void> {
  const making = join(room, 'making')
  try {
    mkdirSync(making)
  } catch {
    return // another worker does
  }
  try {
    if (existsSync(template)) return // made between the look and the claim
    const made = join(making, 'data')
    await (await openDatabase({ folder: made })).close()
    renameSync(made, template)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}
