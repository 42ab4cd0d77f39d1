import { TacListReader, type TacRow } from '../wire/index.ts'
import { readFileLines } from './file-lines.ts'

/** A quarter of a million models have some 60 MiB. */
const LIMITS = { lineBytes: 65_536, totalBytes: 512 * 1024 * 1024 } as const

/** A TAC list that was read to its end. */
export interface TacFile {
  readonly rows: number
  /** SHA-256 of the file, hex. */
  readonly hash: string
}

/**
 * Reads a TAC list.
 * @throws {Refusal} not-found; list-columns, list-leading-zeros, list-conflict, malformed, too-large
 */
export async function readTacFile(path: string, onRow: (row: TacRow) => void): Promise<TacFile> {
  const reader = new TacListReader(onRow)
  const onLine = ({ line, text }: { line: number; text: string | null }) => reader.take(line, text)
  const hash = await readFileLines({ path, limits: LIMITS, onLine })
  return { rows: reader.finish(), hash }
}
