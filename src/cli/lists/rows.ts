import { Refusal, demand } from '../../core/index.ts'
import { cellsOf } from './cells.ts'
import { readLines } from '../../host/lines.ts'
import { MAX_UNPACKED, openList, type ListFile } from './list-file.ts'

/** A line of a CSV file, counted from 1; instead of cells, why there are none. */
export interface Row {
  readonly line: number
  readonly cells: readonly string[] | 'columns' | 'too-long'
}

const MAX_LINE = 65_536

/**
 * The rows of a CSV file, plain or zipped, header first and blank lines left out, without holding
 * more than one.
 * @throws {Refusal} not-found, too-large, malformed; while reading also list-columns: no first line
 */
export async function openRows(
  path: string,
): Promise<Omit<ListFile, 'text'> & { readonly rows: AsyncGenerator<Row> }> {
  const { text, ...file } = await openList(path)
  const lines = readLines(text, { lineBytes: MAX_LINE, totalBytes: MAX_UNPACKED })
  return { ...file, rows: rowsOf(lines) }
}

async function* rowsOf(lines: ReturnType<typeof readLines>): AsyncGenerator<Row> {
  let isFirst = true
  try {
    for await (const { line, text } of lines) {
      if (text?.trim() === '') continue
      demand(!isFirst || text !== null, 'list-columns', 'the first line is longer than a list has')
      isFirst = false
      yield { line, cells: text === null ? 'too-long' : (cellsOf(text) ?? 'columns') }
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed', 'the file could not be read to its end')
  }
  demand(!isFirst, 'list-columns', 'the file is empty')
}
