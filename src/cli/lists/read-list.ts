import { basename } from 'node:path'
import { parse } from 'csv-parse/sync'
import { Refusal, demand } from '../../core/index.ts'
import {
  ListGuard,
  readHeader,
  readRow,
  type ListedRow,
  type RefusedRow,
  type StolenListFormat,
} from '../../wire/index.ts'
import { readLines } from '../../host/lines.ts'
import { MAX_UNPACKED, openList } from './list-file.ts'

/** What an import sends of a list. */
export interface ListContent {
  readonly source: string
  readonly kind: 'full' | 'delta'
  /** SHA-256 of the file as it lay there, hex. */
  readonly fileHash: string
  readonly rows: readonly ListedRow[]
  readonly refused: readonly RefusedRow[]
}

/** A stolen list, read and found fit to be used. */
export interface StolenList extends ListContent {
  /** Data rows, good and bad, repeated ones included. */
  readonly total: number
  /** Rows that say again what an earlier one said. */
  readonly repeated: number
  /** Lines whose check digit does not fit: most real lists have them. They count all the same. */
  readonly misfits: readonly number[]
}

const MAX_LINE = 65_536
const MAX_ROWS = 2_000_000
const MAX_NAME = 128

/**
 * Reads a DIRBS stolen list, plain or zipped, streaming. Bad rows are set aside; a list that
 * contradicts itself is refused whole.
 * @throws {Refusal} list-columns, list-conflict, list-delta-conflict, list-leading-zeros, too-large,
 * malformed, not-found
 */
export async function readStolenList(path: string): Promise<StolenList> {
  const { fileHash, text } = await openList(path)
  const reading = new Reading()
  try {
    const limits = { lineBytes: MAX_LINE, totalBytes: MAX_UNPACKED }
    for await (const { line, text: found } of readLines(text, limits)) reading.take(line, found)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed', 'the file could not be read to its end')
  }
  return { source: basename(path).slice(0, MAX_NAME), fileHash, ...reading.finish() }
}

class Reading {
  readonly #rows: ListedRow[] = []
  readonly #refused: RefusedRow[] = []
  readonly #misfits: number[] = []
  #header: { readonly format: StolenListFormat; readonly guard: ListGuard } | null = null
  #total = 0

  take(line: number, text: string | null): void {
    if (text?.trim() === '') return
    if (this.#header === null) {
      demand(text !== null, 'list-columns', 'the first line is longer than a list has')
      const format = readHeader(cellsOf(text) ?? [])
      this.#header = { format, guard: new ListGuard(format) }
      return
    }
    demand(++this.#total <= MAX_ROWS, 'too-large', `more than ${MAX_ROWS} rows`)
    if (text === null) this.#refused.push({ line, reason: 'too-long' })
    else this.row(line, cellsOf(text), this.#header)
  }

  private row(
    line: number,
    cells: string[] | null,
    { format, guard }: { readonly format: StolenListFormat; readonly guard: ListGuard },
  ): void {
    if (cells === null) {
      this.#refused.push({ line, reason: 'columns' })
      return
    }
    guard.see((cells[format.at['imei'] ?? 0] ?? '').trim())
    const row = readRow(cells, line, format)
    if ('refused' in row) {
      this.#refused.push(row.refused)
      return
    }
    if (row.misfit) this.#misfits.push(line)
    if (guard.take(row.ok, row.said)) this.#rows.push(row.ok)
  }

  finish() {
    demand(this.#header !== null, 'list-columns', 'the file is empty')
    const { format, guard } = this.#header
    guard.finish()
    const repeated = this.#total - this.#rows.length - this.#refused.length
    return {
      kind: format.kind,
      total: this.#total,
      rows: this.#rows,
      refused: this.#refused,
      repeated,
      misfits: this.#misfits,
    }
  }
}

/**
 * RFC 4180, one line at a time: no cell of these lists holds a line break, so that a quote somebody
 * forgot spoils its own line and not the rest of the file. Null: not a line of cells.
 */
function cellsOf(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',') // the same, in a fifth of the time
  try {
    const [cells] = parse(line, { relax_column_count: true }) as string[][]
    return cells ?? []
  } catch {
    return null
  }
}
