import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { openPromise } from 'yauzl'
import { Refusal, demand } from '../../core/index.ts'
import {
  ListGuard,
  readHeader,
  readRow,
  type ListedRow,
  type RefusedRow,
  type StolenListFormat,
} from '../../wire/index.ts'

/** A stolen list, read and found fit to be used. */
export interface StolenList {
  readonly source: string
  readonly kind: 'full' | 'delta'
  /** SHA-256 of the file as it lay there, hex. */
  readonly fileHash: string
  /** Data rows, good and bad. */
  readonly total: number
  readonly rows: readonly ListedRow[]
  readonly refused: readonly RefusedRow[]
}

const MAX_LINE = 65_536
const MAX_UNPACKED = 1_073_741_824
const MAX_ROWS = 5_000_000
const ZIP_MAGIC = 0x04034b50

/**
 * Reads a DIRBS stolen list, plain or zipped, streaming. Bad rows are set aside; a list that
 * contradicts itself is refused whole.
 * @throws {Refusal} list-columns, list-conflict, list-delta-conflict, list-leading-zeros, too-large,
 * malformed, not-found
 */
export async function readStolenList(path: string): Promise<StolenList> {
  const fileHash = await hashFile(path)
  const csv = (await isZip(path)) ? await unzip(path) : createReadStream(path)
  const reading = new Reading()
  const bound = bounded()
  const parser = parse({
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE,
    info: true,
  })
  csv.on('error', (error: Error) => bound.destroy(error))
  bound.on('error', (error: Error) => parser.destroy(error))
  csv.pipe(bound).pipe(parser)
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>)
      reading.take(record, info.lines)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed', 'the file is not readable as CSV')
  }
  return { source: basename(path), fileHash, ...reading.finish() }
}

interface ParsedRecord {
  readonly record: string[]
  readonly info: { readonly lines: number }
}

class Reading {
  readonly #rows: ListedRow[] = []
  readonly #refused: RefusedRow[] = []
  #format: StolenListFormat | null = null
  #guard: ListGuard | null = null
  #total = 0

  take(cells: readonly string[], line: number): void {
    if (this.#format === null || this.#guard === null) {
      this.#format = readHeader(cells)
      this.#guard = new ListGuard(this.#format)
      return
    }
    demand(++this.#total <= MAX_ROWS, 'too-large', `more than ${MAX_ROWS} rows`)
    this.#guard.see((cells[this.#format.at['imei'] ?? 0] ?? '').trim())
    const row = readRow(cells, line, this.#format)
    if ('refused' in row) this.#refused.push(row.refused)
    else if (this.#guard.take(row.ok)) this.#rows.push(row.ok)
  }

  finish() {
    demand(this.#format !== null && this.#guard !== null, 'list-columns', 'the file is empty')
    this.#guard.finish()
    return { kind: this.#format.kind, total: this.#total, rows: this.#rows, refused: this.#refused }
  }
}

/** Stops a zip bomb, or a file without end, before it fills anything. */
function bounded(): Transform {
  let seen = 0
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      seen += part.length
      if (seen > MAX_UNPACKED) done(new Refusal('too-large', 'the list unpacks to more than 1 GiB'))
      else done(null, part)
    },
  })
}

async function hashFile(path: string): Promise<string> {
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

/** The one entry of the archive, which bears its name. @throws {Refusal} malformed, too-large */
async function unzip(path: string): Promise<Readable> {
  const expected = basename(path).replace(/\.zip$/i, '')
  try {
    const zip = await openPromise(path, { lazyEntries: true })
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.replace(/\.(csv|txt)$/i, '') !== expected) continue
      const fits = entry.uncompressedSize <= MAX_UNPACKED
      demand(fits, 'too-large', 'the list unpacks to more than 1 GiB')
      return await zip.openReadStreamPromise(entry)
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed', 'not a readable zip file')
  }
  throw new Refusal('malformed', 'the archive does not hold a list of its own name')
}
