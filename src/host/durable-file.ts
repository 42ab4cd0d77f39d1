import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Makes the names in a directory survive a power cut; the same call serves a file's contents. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Writes a whole file so that after any crash it holds either the old bytes or the new ones, and
 * after this returns only the new ones. The file is for its owner alone unless `mode` says more.
 * @param bytes in pieces where to put them together would take time and memory
 */
export async function writeFileDurably(
  path: string,
  bytes: Uint8Array | readonly Uint8Array[],
  mode = 0o600,
): Promise<void> {
  // In the same directory: a rename is atomic only within one file system.
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const handle = await open(temporary, 'wx', mode)
    try {
      const pieces = bytes instanceof Uint8Array ? [bytes] : bytes
      for (const piece of pieces) await handle.writeFile(piece)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  // The name is data of the directory: without this the rename itself may be forgotten.
  await syncPath(dirname(path))
}

/** Makes a directory and what is missing above it. One that exists keeps its mode. */
export async function mkdirDurably(path: string, mode = 0o700): Promise<void> {
  const wanted = resolve(path)
  const first = await mkdir(wanted, { recursive: true, mode })
  // Synced even when nothing was made: an earlier process may have died between the two.
  const top = dirname(first ?? wanted)
  let parent = dirname(wanted)
  await syncPath(parent)
  while (parent !== top) {
    parent = dirname(parent)
    await syncPath(parent)
  }
}
