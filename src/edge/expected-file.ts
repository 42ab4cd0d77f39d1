import { readFile, stat } from 'node:fs/promises'
import { Refusal, asArray, asBytes, asText, asUint, decodeCbor, encodeCbor } from '../core/index.ts'
import { writeFileDurably } from '../host/index.ts'
import type { Expected } from './log-record.ts'

/** The outline of a tree of 2^33 leaves. */
const MAX_BYTES = 1_073_741_824
const MAX_NOTE = 65_536

/** CBOR [note, tree size, chunks, tail]; the outline is checked against the note by whoever takes it. */
export async function writeExpected(path: string, { note, outline }: Expected): Promise<void> {
  const { size, chunks, tail } = outline
  await writeFileDurably(path, encodeCbor([note, size, chunks, tail]))
}

/** Null: there is none, or nothing that could be one, and leaves that only it proved are asked for again. */
export async function readExpected(path: string): Promise<Expected | null> {
  try {
    if ((await stat(path)).size > MAX_BYTES) return null
    const bytes = new Uint8Array(await readFile(path))
    const [note, size, chunks, tail] = asArray(decodeCbor(bytes, MAX_BYTES), 4)
    return {
      note: asText(note, MAX_NOTE),
      outline: { size: asUint(size), chunks: asBytes(chunks), tail: asBytes(tail) },
    }
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (isMissing || error instanceof Refusal) return null
    throw error
  }
}
