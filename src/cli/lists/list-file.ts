import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { Refusal, demand } from '../../core/index.ts'

/** The largest list, unpacked: 1 GiB. */
export const MAX_UNPACKED = 1_073_741_824
const MAX_ENTRIES = 1_000
const ZIP_MAGIC = 0x04034b50

/** A list as it lies there. */
export interface ListFile {
  /** Its own name: that in the archive, since an archive may have been renamed. */
  readonly name: string
  /** SHA-256 of the file, hex. */
  readonly fileHash: string
  readonly text: Readable
}

/** The text of a list, plain or zipped. @throws {Refusal} not-found, too-large, malformed */
export async function openList(path: string): Promise<ListFile> {
  const fileHash = await hashFile(path)
  if (await isZip(path)) return { fileHash, ...(await unzip(path)) }
  return { fileHash, name: basename(path), text: createReadStream(path) }
}

async function hashFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  // A device or a pipe has no end to hash, and no second reading.
  demand(found !== null && found.isFile(), 'not-found', 'expected a file that can be read')
  demand(found.size <= MAX_UNPACKED, 'too-large', 'the file is larger than 1 GiB')
  const hash = createHash('sha256')
  try {
    for await (const part of createReadStream(path)) hash.update(part as Buffer)
  } catch {
    throw new Refusal('not-found', 'the file cannot be read')
  }
  return hash.digest('hex')
}

async function isZip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && buffer.readUInt32LE() === ZIP_MAGIC
  } finally {
    await file.close()
  }
}

async function unzip(path: string): Promise<Pick<ListFile, 'name' | 'text'>> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false }).catch(() => {
    throw new Refusal('malformed', 'not a readable zip file')
  })
  try {
    const entry = await listEntry(zip, basename(path).replace(/\.zip$/i, ''))
    demand(
      entry.uncompressedSize <= MAX_UNPACKED,
      'too-large',
      'the list unpacks to more than 1 GiB',
    )
    const text = await zip.openReadStreamPromise(entry)
    text.on('close', () => zip.close())
    return { name: basename(entry.fileName), text: Readable.from(checked(text, entry.crc32)) }
  } catch (error) {
    zip.close()
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed', 'not a readable zip file')
  }
}

/** What unpacks to other bytes than were packed would name other phones. @throws {Refusal} malformed */
async function* checked(text: Readable, expected: number): AsyncGenerator<Buffer> {
  let found = 0
  for await (const part of text as AsyncIterable<Buffer>) {
    found = crc32(part, found)
    yield part
  }
  demand(found === expected, 'malformed', 'the list in the archive is damaged')
}

/**
 * DIRBS: one file, which bears the archive's name. A renamed archive is still read when it holds
 * nothing else; with several files only the name can tell which is meant.
 */
async function listEntry(zip: ZipFile, name: string): Promise<Entry> {
  const entries: Entry[] = []
  for await (const entry of zip.eachEntry()) {
    demand(entries.length < MAX_ENTRIES, 'malformed', `more than ${MAX_ENTRIES} files`)
    if (!entry.fileName.endsWith('/')) entries.push(entry)
  }
  const named = entries.filter(({ fileName }) => fileName.replace(/\.(csv|txt)$/i, '') === name)
  const [entry] = entries.length === 1 ? entries : named
  demand(
    entry !== undefined && (entries.length === 1 || named.length === 1),
    'malformed',
    'expected one list in the archive, or one of its own name',
  )
  return entry
}
