import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
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
import { readExpected, writeExpected } from './expected-file.ts'
import { MAX_OPENING_BYTES, type Covered, type Expected, type LogRecord } from './log-record.ts'

const ENTRIES = 'entries.journal'
const CHECKPOINTS = 'checkpoints.journal'
const EXPECTED = 'expected.journal'
/** What the log can hold, lawful or not, with its opening and the frame around both. */
const MAX_RECORD = MAX_ENTRY_BYTES + MAX_OPENING_BYTES + 64
const CHECKSUM = 8

/** A leaf on disk, and where the next one begins, in bytes. */
export interface StoredRecord {
  readonly record: LogRecord
  readonly end: number
}

/**
 * The register's memory across restarts: every covered leaf with its opening, appended, and beside
 * it the few checkpoints that prove them; of a tree whose leaves are still to come, what proves those
 * that are there. Nothing here is believed: it is replayed through the same checks as the feed.
 *
 * Record: u32 length ‖ CBOR [index, entry, opening or null] ‖ first 8 bytes of its SHA-256.
 */
export class Journal {
  readonly #folder: string
  readonly #onBroken: (error: unknown) => void
  #file: FileHandle | null = null
  #records: LogRecord[] = []
  #notes: readonly string[] | null = null
  #notesOnDisk = ''
  #isExpecting = false
  #writing: Promise<void> = Promise.resolve()
  #broken = false

  constructor(folder: string, onBroken: (error: unknown) => void) {
    this.#folder = folder
    this.#onBroken = onBroken
  }

  /** The leaves on disk, up to the first that is torn, damaged or out of turn. */
  async *records(): AsyncGenerator<StoredRecord> {
    let [buffer, end, index] = [new Uint8Array(0), 0, 0]
    try {
      const chunks: AsyncIterable<Buffer> = createReadStream(this.path(ENTRIES))
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

  /** The checkpoints on disk, smallest tree first. */
  async notes(): Promise<readonly string[]> {
    return readNotes(this.path(CHECKPOINTS))
  }

  /** The tree whose leaves were still to come. */
  async expected(): Promise<Expected | null> {
    const expected = await readExpected(this.path(EXPECTED))
    this.#isExpecting = expected !== null
    return expected
  }

  /** Opens for writing at this byte: what follows no checkpoint covers, or a power cut tore it. */
  async openAt(end: number): Promise<void> {
    this.#file = await open(this.path(ENTRIES), 'a', 0o600)
    await this.#file.truncate(end)
    await this.#file.sync()
    await syncPath(this.#folder)
  }

  /** Puts a journal that proves nothing where a person can look at it. */
  async moveAside(suffix: string): Promise<void> {
    for (const name of [ENTRIES, CHECKPOINTS, EXPECTED]) {
      const path = this.path(name)
      await rename(path, `${path}.damaged-${suffix}`).catch(ignoreMissing)
    }
    await syncPath(this.#folder)
  }

  /** What proves the leaves that come next, before the first of them. */
  expect(expected: Expected): void {
    this.#isExpecting = true
    this.write(() => writeExpected(this.path(EXPECTED), expected))
  }

  /** Writes behind the caller's back: a verdict does not wait for the disk. */
  append({ records, notes, isWhole }: Covered): void {
    if (this.#broken) return
    this.#records.push(...records)
    const isScheduled = this.#notes !== null
    this.#notes = notes
    if (!isScheduled) this.write(() => this.flush())
    if (!isWhole || !this.#isExpecting) return
    this.#isExpecting = false
    this.write(() => rm(this.path(EXPECTED), { force: true }))
  }

  /** Resolves when everything appended is on disk. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file?.close()
    this.#file = null
  }

  private write(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(async () => {
      if (this.#broken) return
      try {
        await work()
      } catch (error) {
        // Half a record may stand there now. More behind it would be lost with it at the next start.
        this.#broken = true
        this.#onBroken(error)
      }
    })
  }

  private async flush(): Promise<void> {
    const [records, notes] = [this.#records, this.#notes!]
    this.#records = []
    this.#notes = null
    // Entries first: checkpoints that cover more than is there would look like damage.
    if (records.length > 0) {
      await this.#file!.appendFile(concat(...records.map(frame)))
      await this.#file!.datasync()
    }
    const text = JSON.stringify({ notes })
    if (text === this.#notesOnDisk) return
    await writeFileDurably(this.path(CHECKPOINTS), new TextEncoder().encode(text))
    this.#notesOnDisk = text
  }

  private path(name: string): string {
    return join(this.#folder, name)
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
