import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { Refusal, demand } from '../core/index.ts'
import { TacListReader, type TacRow } from '../wire/index.ts'
import { readLines } from './lines.ts'

/** A quarter of a million models have some 60 MiB. */
const LIMITS = { lineBytes: 65_536, totalBytes: 512 * 1024 * 1024 } as const

/** A TAC list that was read to its end. */
export interface TacFile {
  readonly rows: number
  /** SHA-256 of the file, hex. */
  readonly hash: string
}

/**
 * Reads a TAC list as a stream, so that whoever answers meanwhile goes on answering.
 * @throws {Refusal} not-found; list-columns, list-leading-zeros, list-conflict, malformed, too-large
 */
export async function readTacFile(path: string, onRow: (row: TacRow) => void): Promise<TacFile> {
  const found = await stat(path).catch(() => null)
  // A device or a pipe has no end.
  demand(found !== null && found.isFile(), 'not-found', `${path} cannot be read`)
  const reader = new TacListReader(onRow)
  const hash = createHash('sha256')
  async function* hashed() {
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(part)
      yield part
    }
  }
  try {
    for await (const { line, text } of readLines(Readable.from(hashed()), LIMITS))
      reader.take(line, text)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed', 'the file could not be read to its end')
  }
  return { rows: reader.finish(), hash: hash.digest('hex') }
}
