import { Refusal, checkDigit, listedImei, type Imei14 } from '../core/index.ts'

/** What a row of a stolen list asks of a police intake. */
export type Claim = 'locked' | 'held' | 'recovered'

/** One usable row of a stolen list. */
export interface ListedRow {
  /** Line in the file, the header being 1. */
  readonly line: number
  readonly imei: Imei14
  readonly claim: Claim
}

/** Why a row is set aside. */
export const SET_ASIDE = [
  'imei-unusable',
  'status-unknown',
  'date-invalid',
  'change-unknown',
  'columns',
  'too-long',
] as const

/** A row set aside. */
export interface RefusedRow {
  readonly line: number
  readonly reason: (typeof SET_ASIDE)[number]
}

/** A row as read. */
export type StolenRow =
  | {
      readonly ok: ListedRow
      /** All that the row says about its number: two rows about one number must say the same. */
      readonly said: string
      /** It has 15 digits and the last one does not fit: reported, never a reason to refuse. */
      readonly misfit: boolean
    }
  | { readonly refused: RefusedRow }

const COLUMNS = ['imei', 'reporting_date', 'status'] as const
const DELTA = 'change_type'
const CHANGES = ['add', 'remove', 'update']
const STATUS: Readonly<Record<string, Claim>> = {
  '': 'locked',
  blacklist: 'locked',
  pending: 'held',
  recovered: 'recovered',
}
/** DIRBS-Core etc/schema: what an IMEI cell may hold, usable or not. */
const IMEI_CELL = /^[0-9A-Fa-f*#]{1,16}$/

/** How a file's columns are read: header names in any case, in any order. */
export interface StolenListFormat {
  readonly kind: 'full' | 'delta'
  readonly at: Readonly<Record<string, number>>
  readonly width: number
}

/** Reads the header of a DIRBS stolen list, full or delta. @throws {Refusal} list-columns */
export function readHeader(cells: readonly string[]): StolenListFormat {
  const names = cells.map((cell) => cell.trim().toLowerCase())
  const kind = names.includes(DELTA) ? 'delta' : 'full'
  const wanted: readonly string[] = kind === 'delta' ? [...COLUMNS, DELTA] : COLUMNS
  const complete = wanted.every((name) => names.filter((found) => found === name).length === 1)
  if (!complete || names.length !== wanted.length)
    throw new Refusal('list-columns', `expected the columns ${wanted.join(', ')}`)
  return { kind, at: Object.fromEntries(names.map((name, i) => [name, i])), width: names.length }
}

/** Reads one row. A bad row is set aside; it never stops a police intake. */
export function readRow(
  cells: readonly string[],
  line: number,
  { kind, at, width }: StolenListFormat,
): StolenRow {
  const refuse = (reason: RefusedRow['reason']) => ({ refused: { line, reason } })
  if (cells.length !== width) return refuse('columns')
  const cell = (name: string) => (cells[at[name] ?? -1] ?? '').trim()
  const number = cell('imei')
  const imei = IMEI_CELL.test(number) ? listedImei(number) : null
  if (imei === null) return refuse('imei-unusable')
  const misfit = /^[0-9]{15}$/.test(number) && Number(number[14]) !== checkDigit(imei)
  const change = kind === 'delta' ? cell(DELTA).toLowerCase() : 'add'
  if (!CHANGES.includes(change)) return refuse('change-unknown')
  // A removal says that nothing is claimed any more; what else its row says does not matter, and
  // must not keep a phone on its way to be locked.
  if (change === 'remove') return { ok: { line, imei, claim: 'recovered' }, said: 'remove', misfit }
  const date = cell('reporting_date')
  if (date !== '' && !isDate(date)) return refuse('date-invalid')
  const status = cell('status').toLowerCase()
  const claim = Object.hasOwn(STATUS, status) ? STATUS[status] : undefined
  if (claim === undefined) return refuse('status-unknown')
  return { ok: { line, imei, claim }, said: `${change} ${claim} ${date}`, misfit }
}

/** YYYYMMDD, 2000 to 2099, in the calendar. */
export function isDate(text: string): boolean {
  const match = /^(20[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])$/.exec(text)
  if (!match) return false
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day >= 1 && day <= days[month - 1]!
}

const LINES_NAMED = 20

/** What a spreadsheet does to numbers: it takes their leading zeros, or writes them as powers of ten. */
export class ZeroGuard {
  #scientific = 0
  #zero = 0
  #one = 0

  /** Looks at a raw IMEI cell, usable or not. */
  see(cell: string): void {
    // The plus sign tells 3.51235E+14 from a hexadecimal number.
    if (/^[0-9]+(?:[.,][0-9]*)?E\+[0-9]+$/i.test(cell)) this.#scientific++
    if (cell.startsWith('0')) this.#zero++
    if (cell.startsWith('1')) this.#one++
  }

  /** @throws {Refusal} list-leading-zeros */
  finish(): void {
    if (this.#scientific > 0)
      throw new Refusal(
        'list-leading-zeros',
        `${this.#scientific} numbers are in a spreadsheet's scientific notation`,
      )
    if (this.#one > this.#zero)
      throw new Refusal(
        'list-leading-zeros',
        'more numbers begin with 1 than with 0: leading zeros were lost',
      )
  }
}

/**
 * What a list as a whole must not be: contradictory, or robbed of its leading zeros by a spreadsheet.
 * Rows that say the same twice collapse into the first.
 */
export class ListGuard {
  readonly #said = new Map<Imei14, string>()
  readonly #conflicts: number[] = []
  readonly #zeros = new ZeroGuard()
  readonly #delta: boolean

  constructor(format: StolenListFormat) {
    this.#delta = format.kind === 'delta'
  }

  /** Looks at a raw IMEI cell, usable or not. */
  see(cell: string): void {
    this.#zeros.see(cell)
  }

  /** True for the first row about this number. */
  take(row: ListedRow, said: string): boolean {
    const known = this.#said.get(row.imei)
    if (known === undefined) this.#said.set(row.imei, said)
    else if (known !== said) this.#conflicts.push(row.line)
    return known === undefined
  }

  /** @throws {Refusal} list-conflict, list-delta-conflict, list-leading-zeros, with the first lines concerned */
  finish(): void {
    if (this.#conflicts.length > 0)
      throw new Refusal(
        this.#delta ? 'list-delta-conflict' : 'list-conflict',
        `lines ${this.#conflicts.slice(0, LINES_NAMED).join(', ')} contradict earlier lines about the same number`,
        { lines: this.#conflicts.length },
      )
    this.#zeros.finish()
  }
}
