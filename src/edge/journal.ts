import { createReadStream } from 'node:fs'
import { open, readFile, rename, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import {
  Refusal,
  asArray,
  asBytes,
  asUint,
  concat,
  decodeCbor,
  encodeCbor,
  equal,
  u32,
} from '../core/index.ts'
import { sha256Fast, syncPath, writeFileDurably } from '../host/index.ts'
import { MAX_ENTRY_BYTES } from '../log/index.ts'
import { MAX_OPENING_BYTES, type Covered, type LogRecord } from './follower.ts'

const ENTRIES = 'entries.journal'
const CHECKPOINTS = 'checkpoints.journal'
/** What the log can hold, lawful or not, with its opening and the frame around both. */
const MAX_RECORD = MAX_ENTRY_BYTES + MAX_OPENING_BYTES + 64
const CHECKSUM = 8

/** What a start finds on disk. */
export interface Stored {
  readonly records: readonly LogRecord[]
  readonly notes: readonly string[]
}

/**
 * The register's memory across restarts: every covered leaf with its opening, appended, and beside
 * it the few checkpoints that prove them. Nothing here is believed: it is replayed through the same
 * checks as the feed.
 *
 * Record: u32 length ‖ CBOR [index, entry, opening or null] ‖ first 8 bytes of its SHA-256.
 */
export class Journal {
  readonly #folder: string
  readonly #onBroken: (error: unknown) => void
  #file: FileHandle | null = null
  #records: LogRecord[] = []
  #notes: readonly string[] | null = null
  #writing: Promise<void> = Promise.resolve()
  #broken = false

  constructor(folder: string, onBroken: (error: unknown) => void) {
    this.#folder = folder
    this.#onBroken = onBroken
  }

  /** What stands on disk, up to the first record that is torn, damaged or out of turn. */
  async read(): Promise<Stored> {
    const records: LogRecord[] = []
    for await (const { record } of this.recordsOnDisk()) records.push(record)
    return { records, notes: await readNotes(join(this.#folder, CHECKPOINTS)) }
  }

  /**
   * Opens for writing behind the first `count` records; what follows them no checkpoint covers, or
   * a power cut tore it.
   */
  async openAfter(count: number): Promise<void> {
    let end = 0
    if (count > 0)
      for await (const record of this.recordsOnDisk())
        if (record.record.index < count) end = record.end
    this.#file = await open(join(this.#folder, ENTRIES), 'a', 0o600)
    await this.#file.truncate(end)
    await this.#file.sync()
    await syncPath(this.#folder)
  }

  /** Puts a journal that proves nothing where a person can look at it. */
  async moveAside(suffix: string): Promise<void> {
    for (const name of [ENTRIES, CHECKPOINTS]) {
      const path = join(this.#folder, name)
      await rename(path, `${path}.damaged-${suffix}`).catch(ignoreMissing)
    }
    await syncPath(this.#folder)
  }

  /** Writes behind the caller's back: a verdict does not wait for the disk. */
  append({ records, notes }: Covered): void {
    if (this.#broken) return
    this.#records.push(...records)
    const isScheduled = this.#notes !== null
    this.#notes = notes
    if (!isScheduled) this.#writing = this.#writing.then(() => this.flush())
  }

  /** Resolves when everything appended is on disk. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file?.close()
    this.#file = null
  }

  private async flush(): Promise<void> {
    const [records, notes] = [this.#records, this.#notes!]
    this.#records = []
    this.#notes = null
    if (this.#broken) return
    try {
      // Entries first: checkpoints that cover more than is there would look like damage.
      if (records.length > 0) {
        await this.#file!.appendFile(concat(...records.map(frame)))
        await this.#file!.datasync()
      }
      const bytes = new TextEncoder().encode(JSON.stringify({ notes }))
      await writeFileDurably(join(this.#folder, CHECKPOINTS), bytes)
    } catch (error) {
      // Half a record may stand there now. More behind it would be lost with it at the next start.
      this.#broken = true
      this.#onBroken(error)
    }
  }

  private async *recordsOnDisk(): AsyncGenerator<{ record: LogRecord; end: number }> {
    let [buffer, end, index] = [new Uint8Array(0), 0, 0]
    try {
      const chunks: AsyncIterable<Buffer> = createReadStream(join(this.#folder, ENTRIES))
      for await (const chunk of chunks) {
        buffer = new Uint8Array(concat(buffer, chunk))
        let at = 0
        for (;;) {
          const size = frameSize(buffer, at)
          if (size !== null && size > MAX_RECORD) return
          if (size === null || at + size > buffer.length) break
          const record = unframe(buffer.subarray(at, at + size))
          if (record?.index !== index++) return
          at += size
          end += size
          yield { record, end }
        }
        buffer = buffer.slice(at)
      }
    } catch (error) {
      ignoreMissing(error)
    }
  }
}

function frame({ index, entry, opening }: LogRecord): Uint8Array {
  const body = encodeCbor([index, entry, opening])
  return concat(u32(body.length), body, sha256Fast(body).subarray(0, CHECKSUM))
}

function frameSize(buffer: Uint8Array, at: number): number | null {
  if (buffer.length < at + 4) return null
  return 4 + new DataView(buffer.buffer, buffer.byteOffset + at).getUint32(0) + CHECKSUM
}

function unframe(bytes: Uint8Array): LogRecord | null {
  const body = bytes.slice(4, -CHECKSUM)
  if (!equal(sha256Fast(body).subarray(0, CHECKSUM), bytes.subarray(-CHECKSUM))) return null
  try {
    const [index, entry, opening] = asArray(decodeCbor(body, MAX_RECORD), 3)
    return {
      index: asUint(index),
      entry: asBytes(entry),
      opening: opening === null ? null : asBytes(opening),
    }
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

async function readNotes(path: string): Promise<string[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    const notes = (value as { notes?: unknown }).notes
    if (Array.isArray(notes) && notes.every((note) => typeof note === 'string')) return notes
  } catch (error) {
    if (!(error instanceof SyntaxError)) ignoreMissing(error)
  }
  return []
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
