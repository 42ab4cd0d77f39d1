import { Refusal, utf8, type Imei14 } from '../../core/index.ts'
import type { Line } from '../../host/index.ts'
import { ZeroGuard } from '../../wire/index.ts'
import { LOCAL_WORDS, LocalList, type LocalRow } from './local-list.ts'

const HEADER = 'match,list'
/** Larger lists belong into the log, or into another register. */
export const LOCAL_LIMITS = { lineBytes: 256, totalBytes: 128 * 1024 * 1024 } as const
const MAX_PROBLEMS = 20

/**
 * Reads an operator's list, a line at a time: `match,list`, where match is an IMEI of 14 to 16 digits,
 * two of 14 digits joined by `-`, or a TAC of 8 digits, and list is white, grey or black. A full list
 * says something about everybody in it, so one bad row refuses all of it.
 */
export class LocalListReader {
  readonly #onRow: (row: LocalRow) => void
  readonly #list = new LocalList()
  readonly #zeros = new ZeroGuard()
  /** The first of them. */
  readonly #problems: string[] = []

  /** @param onRow told of each row once, before the list as a whole is known to be good */
  constructor(onRow: (row: LocalRow) => void) {
    this.#onRow = onRow
  }

  take({ line, text }: Line): void {
    if (line === 1) {
      if (text?.toLowerCase() !== HEADER) this.bad(line, `expected ${HEADER}`)
      return
    }
    this.#zeros.see((text?.split(',', 1)[0] ?? '').trim())
    const row = text === null ? null : rowOf(text)
    if (row === null) this.bad(line, 'expected an IMEI, a range or a TAC, and a list')
    else if (this.#list.add(row)) this.#onRow(row)
    else if (row.kind === 'range') this.bad(line, 'overlaps a range of an earlier line')
    else this.bad(line, 'says again what an earlier line says')
  }

  /** @throws {Refusal} malformed, with the first 20 problems by line, or for want of any row; list-leading-zeros */
  finish(): LocalList {
    this.#zeros.finish()
    if (this.#list.size === 0) this.#problems.push('no row: who has no list names none')
    if (this.#problems.length > 0) throw new Refusal('malformed', this.#problems.join('; '))
    return this.#list
  }

  private bad(line: number, what: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(`line ${line}: ${what}`)
  }
}

/** The rows of a list that is there whole. @throws {Refusal} too-large, and as `LocalListReader` */
export function readLocalList(bytes: Uint8Array): readonly LocalRow[] {
  const { totalBytes } = LOCAL_LIMITS
  if (bytes.length > totalBytes) throw new Refusal('too-large', `more than ${totalBytes} bytes`)
  const rows: LocalRow[] = []
  const reader = new LocalListReader((row) => void rows.push(row))
  const lines = decode(bytes).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  for (const [i, text] of lines.entries()) reader.take({ line: i + 1, text })
  reader.finish()
  return rows
}

/** The bytes of a list that `readLocalList` reads back: sorted, so that a change is a small one. */
export function formatLocalList(rows: readonly LocalRow[]): Uint8Array {
  const lines = rows.map((row) => `${localKeyOf(row)},${row.word}`).toSorted()
  return utf8(`${[HEADER, ...lines].join('\n')}\n`)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('malformed', 'expected UTF-8')
  }
}

function rowOf(text: string): LocalRow | null {
  const [match = '', list = '', ...more] = text.split(',')
  const word = LOCAL_WORDS.find((known) => known === list.trim().toLowerCase())
  if (word === undefined || more.length > 0) return null
  const what = match.trim()
  if (/^[0-9]{8}$/.test(what)) return { kind: 'tac', tac: what, word }
  if (/^[0-9]{14,16}$/.test(what)) return { kind: 'imei', imei: what.slice(0, 14) as Imei14, word }
  const [, from, to] = /^([0-9]{14})-([0-9]{14})$/.exec(what) ?? []
  if (from === undefined || to === undefined || from > to) return null
  return { kind: 'range', from: from as Imei14, to: to as Imei14, word }
}

/** What a row is about: there is one row of each. */
export function localKeyOf(row: LocalRow): string {
  if (row.kind === 'imei') return row.imei
  return row.kind === 'tac' ? row.tac : `${row.from}-${row.to}`
}
