import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { toBase64 } from '../../core/index.ts'
import type { HandedIn } from './hand-in.ts'
import { goodRows } from './survey.ts'

const PAGE = 1_000

/**
 * What each phone has to carry, as NDJSON in the order of the file: the maker's statement once for all, then
 * of each phone its line, its record, its index and its path.
 */
export async function writeProofs(path: string, handed: HandedIn): Promise<void> {
  const draft = `${path}.part`
  await pipeline(proofLines(handed), createWriteStream(draft))
  await rename(draft, path)
}

async function* proofLines({ batch, read, tree }: HandedIn): AsyncGenerator<string> {
  yield `${JSON.stringify({ statement: batch.statement })}\n`
  for await (const { from, rows } of goodRows(read, { from: 0, page: PAGE })) {
    const lines = rows.map(async ({ record }, i) => {
      const index = from + i
      const proof = await tree.pathOf(index)
      const of = { line: read.lines[index], index, record: toBase64(record) }
      return `${JSON.stringify({ ...of, path: proof.map(toBase64) })}\n`
    })
    yield (await Promise.all(lines)).join('')
  }
}
