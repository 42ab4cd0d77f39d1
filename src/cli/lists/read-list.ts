import { basename } from 'node:path'
import { demand } from '../../core/index.ts'
import {
  ListGuard,
  readHeader,
  readRow,
  type ListedRow,
  type RefusedRow,
  type StolenListFormat,
} from '../../wire/index.ts'
import { openRows, type Row } from './rows.ts'

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

const MAX_ROWS = 2_000_000
const MAX_NAME = 128

/**
 * Reads a DIRBS stolen list, plain or zipped, streaming. Bad rows are set aside; a list that
 * contradicts itself is refused whole.
 * @throws {Refusal} list-columns, list-conflict, list-delta-conflict, list-leading-zeros, too-large,
 * malformed, not-found
 */
export async function readStolenList(path: string): Promise<StolenList> {
  const { fileHash, rows } = await openRows(path)
  const reading = new Reading()
  for await (const row of rows) reading.take(row)
  return { source: basename(path).slice(0, MAX_NAME), fileHash, ...reading.finish() }
}

class Reading {
  readonly #rows: ListedRow[] = []
  readonly #refused: RefusedRow[] = []
  readonly #misfits: number[] = []
  #header: { readonly format: StolenListFormat; readonly guard: ListGuard } | null = null
  #total = 0

  take({ line, cells }: Row): void {
    if (this.#header === null) {
      const format = readHeader(typeof cells === 'string' ? [] : cells)
      this.#header = { format, guard: new ListGuard(format) }
      return
    }
    demand(++this.#total <= MAX_ROWS, 'too-large', `more than ${MAX_ROWS} rows`)
    if (typeof cells === 'string') this.#refused.push({ line, reason: cells })
    else this.row(line, cells, this.#header)
  }

  private row(
    line: number,
    cells: readonly string[],
    { format, guard }: { readonly format: StolenListFormat; readonly guard: ListGuard },
  ): void {
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
