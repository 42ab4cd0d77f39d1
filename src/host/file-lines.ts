import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { Refusal, demand } from '../core/index.ts'
import { readLines, type Line, type LineLimits } from './lines.ts'

export interface FileLines {
  readonly path: string
  readonly limits: LineLimits
  readonly onLine: (line: Line) => void
  /** Told of the bytes as well, for whoever keeps them. */
  readonly onPart?: (part: Uint8Array) => void
}

/**
 * Reads a file line by line, as a stream, so that whoever answers meanwhile goes on answering.
 * @returns SHA-256 of all of it, hex
 * @throws {Refusal} not-found; too-large; malformed: it broke off; what `onLine` throws
 */
export async function readFileLines({ path, limits, onLine, onPart }: FileLines): Promise<string> {
  const found = await stat(path).catch(() => null)
  // A device or a pipe has no end.
  demand(found !== null && found.isFile(), 'not-found', `${path} cannot be read`)
  const hash = createHash('sha256')
  async function* hashed() {
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(part)
      onPart?.(part)
      yield part
    }
  }
  try {
    for await (const line of readLines(Readable.from(hashed()), limits)) onLine(line)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed', 'the file could not be read to its end')
  }
  return hash.digest('hex')
}
