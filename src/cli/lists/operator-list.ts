import { Refusal, checkDigit, demand, listedImei, type Imei14 } from '../../core/index.ts'
import type { LocalRow, LocalWord } from '../../edge/index.ts'
import { ZeroGuard, isDate } from '../../wire/index.ts'
import { openRows, type Row } from './rows.ts'

/** What one row of a list made elsewhere says of a number or a model. */
export interface Said {
  readonly line: number
  /** Row of the register's own list; null: nothing is said of it any more. */
  readonly row: LocalRow | null
  /** 14 or 8 digits. */
  readonly key: string
  readonly change: 'add' | 'remove' | 'update'
}

/** A list made elsewhere, read and found fit. */
export interface OperatorList {
  readonly kind: 'full' | 'delta'
  readonly about: 'imei' | 'tac'
  /** Words its rows can have: what a full list takes the place of. */
  readonly words: readonly LocalWord[]
  /** One of each key. */
  readonly said: readonly Said[]
  readonly fileHash: string
  /** Rows that say again what an earlier one said, and check digits that do not fit: they count all the same. */
  readonly repeated: number
  readonly misfits: number
}

/** The columns of DIRBS's stolen list, its and our blacklist, its barred lists of numbers and of models. */
const SHAPES = [
  ['imei', 'reporting_date', 'status'],
  ['imei', 'block_date', 'reasons'],
  ['imei'],
  ['tac'],
]
const CHANGE = 'change_type'
const CHANGES = ['add', 'remove', 'update'] as const
const CHANGE_FILES: Readonly<Record<string, Said['change']>> = {
  blocked: 'add',
  unblocked: 'remove',
  changed: 'update',
}
const MAX_ROWS = 2_000_000
const LINES_NAMED = 20

/**
 * Reads a list for an operator's own register, plain or zipped. It says something about everybody in
 * it, so one bad row refuses all of it. @param word what its rows make of a number
 * @throws {Refusal} list-columns; list-rows, list-conflict, list-delta-conflict, by line;
 * list-leading-zeros; import-shrinks: no row; not-found, too-large, malformed
 */
export async function readOperatorList(path: string, word: LocalWord): Promise<OperatorList> {
  const { fileHash, name, rows } = await openRows(path)
  let reading: Reading | null = null
  for await (const row of rows) {
    if (reading === null) reading = new Reading(columnsOf(row, name), word)
    else reading.take(row)
  }
  return { fileHash, ...reading!.finish() }
}

interface Columns {
  readonly shape: readonly string[]
  /** Null: a full list. A blacklist's change files say by their names what all their rows do. */
  readonly change: Said['change'] | typeof CHANGE | null
  readonly at: Readonly<Record<string, number>>
  readonly width: number
}

/** @throws {Refusal} list-columns */
function columnsOf({ cells }: Row, fileName: string): Columns {
  const names = typeof cells === 'string' ? [] : cells.map((cell) => cell.trim().toLowerCase())
  const isDelta = names.includes(CHANGE)
  const shape = SHAPES.find((columns) => {
    const wanted = isDelta ? [...columns, CHANGE] : columns
    return wanted.length === names.length && wanted.every((name) => names.includes(name))
  })
  const known = SHAPES.map((columns) => columns.join(',')).join(' or ')
  demand(shape !== undefined, 'list-columns', `expected ${known}, perhaps with ${CHANGE}`)
  const [, kind] = /_blacklist_delta_[0-9]+_[0-9]+_([a-z]+)\./.exec(fileName) ?? []
  const byName = kind === undefined ? null : CHANGE_FILES[kind]
  demand(byName !== undefined, 'list-columns', 'a change file of a kind we do not know')
  return {
    shape,
    change: isDelta ? CHANGE : byName,
    at: Object.fromEntries(names.map((name, i) => [name, i])),
    width: names.length,
  }
}

class Reading {
  readonly #columns: Columns
  readonly #word: LocalWord
  readonly #zeros = new ZeroGuard()
  /** By key: what its row said, all of it. */
  readonly #said = new Map<string, { readonly said: Said; readonly text: string }>()
  readonly #problems: string[] = []
  readonly #conflicts: number[] = []
  #total = 0
  #repeated = 0
  #misfits = 0

  constructor(columns: Columns, word: LocalWord) {
    this.#columns = columns
    this.#word = word
  }

  take({ line, cells }: Row): void {
    demand(++this.#total <= MAX_ROWS, 'too-large', `more than ${MAX_ROWS} rows`)
    const { width, at, shape } = this.#columns
    if (typeof cells === 'string') return this.bad(line, cells)
    if (cells.length !== width) return this.bad(line, 'columns')
    const cell = (name: string) => (cells[at[name] ?? -1] ?? '').trim()
    const what = cell(shape[0]!)
    this.#zeros.see(what)
    const key = shape[0] === 'tac' ? tacIn(what) : imeiIn(what)
    if (key === null) return this.bad(line, shape[0] === 'tac' ? 'tac-unusable' : 'imei-unusable')
    if (/^[0-9]{15}$/.test(what) && Number(what[14]) !== checkDigit(key as Imei14)) this.#misfits++
    const { change } = this.#columns
    const said = change === CHANGE ? cell(CHANGE).toLowerCase() : (change ?? 'add')
    const known = CHANGES.find((one) => one === said)
    if (known === undefined) return this.bad(line, 'change-unknown')
    const date = shape[1] === undefined ? '' : cell(shape[1])
    if (date !== '' && !isDate(date)) return this.bad(line, 'date-invalid')
    const word = known === 'remove' ? null : this.wordFor(cell('status').toLowerCase())
    if (word === undefined) return this.bad(line, 'status-unknown')
    const text = known === 'remove' ? known : [known, date, word, cell('reasons')].join(' ')
    this.keep({ line, key, change: known, row: word && rowOf(key, word) }, text)
  }

  /** A stolen list’s open case is one to watch; one that is recovered is none. */
  private wordFor(status: string): LocalWord | null | undefined {
    if (status === '' || status === 'blacklist') return this.#word
    if (status === 'recovered') return null
    return status === 'pending' ? 'grey' : undefined
  }

  private keep(said: Said, text: string): void {
    const earlier = this.#said.get(said.key)
    if (earlier === undefined) this.#said.set(said.key, { said, text })
    else if (earlier.text === text) this.#repeated++
    else this.#conflicts.push(said.line)
  }

  private bad(line: number, reason: string): void {
    if (this.#problems.length < LINES_NAMED) this.#problems.push(`line ${line}: ${reason}`)
  }

  finish(): Omit<OperatorList, 'fileHash'> {
    const { change, shape } = this.#columns
    const isDelta = change !== null
    this.#zeros.finish()
    demand(this.#problems.length === 0, 'list-rows', this.#problems.join('; '))
    demandNone(
      this.#conflicts,
      isDelta ? 'list-delta-conflict' : 'list-conflict',
      'contradict earlier lines about the same number',
    )
    demand(isDelta || this.#said.size > 0, 'import-shrinks', 'an empty list never passes')
    return {
      kind: isDelta ? 'delta' : 'full',
      about: shape[0] === 'tac' ? 'tac' : 'imei',
      words: shape.includes('status') ? [...new Set([this.#word, 'grey'] as const)] : [this.#word],
      said: [...this.#said.values()].map(({ said }) => said),
      repeated: this.#repeated,
      misfits: this.#misfits,
    }
  }
}

/** DIRBS-Core etc/schema: what an IMEI cell may hold, usable or not. */
const imeiIn = (text: string) => (/^[0-9A-Fa-f*#]{1,16}$/.test(text) ? listedImei(text) : null)
const tacIn = (text: string) => (/^[0-9]{8}$/.test(text) ? text : null)

function rowOf(key: string, word: LocalWord): LocalRow {
  return key.length === 8
    ? { kind: 'tac', tac: key, word }
    : { kind: 'imei', imei: key as Imei14, word }
}

/** @throws {Refusal} of that code, naming the first lines */
export function demandNone(
  lines: readonly number[],
  code: 'list-conflict' | 'list-delta-conflict',
  what: string,
): void {
  if (lines.length === 0) return
  const more = lines.length > LINES_NAMED ? ', …' : ''
  const named = `lines ${lines.slice(0, LINES_NAMED).join(', ')}${more}`
  throw new Refusal(code, `${named} ${what}`, { lines: lines.length })
}
