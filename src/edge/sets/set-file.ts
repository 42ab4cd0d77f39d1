import { open } from 'node:fs/promises'
import { MAX_SNAPSHOT_BYTES, demand, type List } from '../../core/index.ts'
import { writeFileDurably } from '../../host/index.ts'
import { HASH_BYTES, ImeiSet, type LoadedSet } from './imei-set.ts'

/** Keeps the set for the next start: its snapshot with the SHA-256 behind it. A crash leaves the old file. */
export async function saveSet(
  path: string,
  set: ImeiSet,
  { list, treeSize }: { readonly list: List; readonly treeSize: number },
): Promise<void> {
  const { file } = await set.encode(list, treeSize)
  await writeFileDurably(path, file)
}

/**
 * The set this machine kept; null where there is none. It says nothing of who vouches for it.
 * @throws {Refusal} snapshot-hash, snapshot-malformed, too-large: cut short, damaged, another file
 */
export async function loadSet(
  path: string,
  onFault: (error: unknown) => void,
): Promise<LoadedSet | null> {
  const file = await readWhole(path)
  if (file === null) return null
  demand(file.length >= HASH_BYTES, 'snapshot-malformed', 'a file without its hash')
  const end = file.length - HASH_BYTES
  return ImeiSet.fromSnapshot(file.subarray(0, end), file.subarray(end), onFault)
}

async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (handle === null) return null
  try {
    const { size } = await handle.stat()
    demand(size <= MAX_SNAPSHOT_BYTES + HASH_BYTES, 'too-large', 'a file larger than any snapshot')
    return (await handle.readFile()) as Uint8Array<ArrayBuffer>
  } finally {
    await handle.close()
  }
}
