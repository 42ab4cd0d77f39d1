import { demand, listedImei } from '../../core/index.ts'
import { ZeroGuard, isDate } from '../../wire/index.ts'
import { openRows, type Row } from './rows.ts'

/** One subscriber with one phone, as the operator's network knows them. */
export interface Subscriber {
  readonly imei14: string
  readonly imsi: string
  /** Digits; empty where the operator does not say. */
  readonly msisdn: string
}

export interface OperatorData {
  /** Those asked for, each once. */
  readonly subscribers: readonly Subscriber[]
  /** Rows with a usable IMEI and IMSI. */
  readonly usable: number
  readonly total: number
  /** Rows by what is wrong with them: at most one in twenty of each. */
  readonly faults: Readonly<Record<Fault, number>>
}

const FAULTS = ['no-imei', 'bad-imei', 'no-imsi', 'bad-imsi', 'no-msisdn', 'columns'] as const
type Fault = (typeof FAULTS)[number]

/** Above this share of rows with one fault the file was not made as it should be. */
const MOST_FAULTS = 0.05
const LINES_NAMED = 20
const NEEDED = ['imei', 'imsi', 'msisdn']
/** Of operator data; a pairing list has none of them. What `rat` says plays no part here. */
const MORE = ['date', 'rat']

export interface Reading {
  /** Unix seconds by log time: nothing was seen later than the day after it, whatever the time zone. */
  readonly now: number
  /** The numbers looked for: what else the file holds is not kept. */
  readonly isAsked: (imei14: string) => boolean
}

/**
 * Reads DIRBS operator data (`date,imei,imsi,msisdn[,rat]`) or a pairing list (`imei,imsi,msisdn`),
 * plain or zipped, streaming. Where the file's name ends in two days, every date lies between them.
 * @throws {Refusal} list-columns; list-rows: dates that cannot be, too many faults of one kind, no
 * row at all; list-leading-zeros; not-found, too-large, malformed
 */
export async function readOperatorData(path: string, reading: Reading): Promise<OperatorData> {
  const { name, rows } = await openRows(path)
  let data: Collected | null = null
  for await (const row of rows) {
    if (data === null)
      data = new Collected(columnsOf(row), daysOf(name, reading.now), reading.isAsked)
    else data.take(row)
  }
  return data!.finish()
}

interface Days {
  readonly first: string
  readonly last: string
}

/** `<operator>_<YYYYMMDD>_<YYYYMMDD>`, with nothing after tomorrow. @throws {Refusal} list-rows */
function daysOf(name: string, now: number): Days {
  const tomorrow = dayOf(now + 86_400)
  const [, first, last] = /_([0-9]{8})_([0-9]{8})(?:\.[a-z]+)?$/i.exec(name) ?? []
  if (first === undefined || last === undefined) return { first: '20000101', last: tomorrow }
  const isRight = isDate(first) && isDate(last) && first <= last && last <= tomorrow
  demand(
    isRight,
    'list-rows',
    'the days in the name of the file are none, turned round, or to come',
  )
  return { first, last }
}

const dayOf = (seconds: number) =>
  new Date(seconds * 1000).toISOString().slice(0, 10).replaceAll('-', '')

interface Columns {
  readonly at: Readonly<Record<string, number>>
  readonly width: number
}

/** @throws {Refusal} list-columns */
function columnsOf({ cells }: Row): Columns {
  const names = typeof cells === 'string' ? [] : cells.map((cell) => cell.trim().toLowerCase())
  const isRight =
    NEEDED.every((name) => names.includes(name)) &&
    names.every((name, i) => [...NEEDED, ...MORE].includes(name) && names.indexOf(name) === i)
  demand(isRight, 'list-columns', 'expected the columns date, imei, imsi, msisdn, perhaps rat')
  return { at: Object.fromEntries(names.map((name, i) => [name, i])), width: names.length }
}

/** How many lines, and the first of them: a file may be bad from end to end. */
class Lines {
  readonly #first: number[] = []
  count = 0

  add(line: number): void {
    if (++this.count <= LINES_NAMED) this.#first.push(line)
  }

  get said(): string {
    return `lines ${this.#first.join(', ')}${this.count > LINES_NAMED ? ', …' : ''}`
  }
}

class Collected {
  readonly #columns: Columns
  readonly #days: Days
  readonly #isAsked: (imei14: string) => boolean
  readonly #zeros = new ZeroGuard()
  readonly #subscribers = new Map<string, Subscriber>()
  readonly #faults = new Map<Fault, Lines>()
  readonly #wrongDays = new Lines()
  #total = 0
  #usable = 0

  constructor(columns: Columns, days: Days, isAsked: (imei14: string) => boolean) {
    this.#columns = columns
    this.#days = days
    this.#isAsked = isAsked
  }

  take({ line, cells }: Row): void {
    this.#total++
    const { at, width } = this.#columns
    if (typeof cells === 'string' || cells.length !== width) return this.fault('columns', line)
    const cell = (name: string) => (cells[at[name] ?? -1] ?? '').trim()
    const [imei, imsi] = [cell('imei'), cell('imsi')]
    this.#zeros.see(imei)
    if (at['date'] !== undefined && !this.isPossible(cell('date'))) this.#wrongDays.add(line)
    const imei14 = listedImei(imei)
    const msisdn = cell('msisdn').replace(/^\+/, '')
    const hasMsisdn = /^[0-9]{1,15}$/.test(msisdn)
    if (!hasMsisdn) this.fault('no-msisdn', line)
    if (imei14 === null) return this.fault(imei === '' ? 'no-imei' : 'bad-imei', line)
    if (!/^[0-9]{14,15}$/.test(imsi)) return this.fault(imsi === '' ? 'no-imsi' : 'bad-imsi', line)
    this.#usable++
    if (!this.#isAsked(imei14)) return
    const one = { imei14, imsi, msisdn: hasMsisdn ? msisdn : '' }
    this.#subscribers.set(`${imei14} ${imsi} ${one.msisdn}`, one)
  }

  private fault(fault: Fault, line: number): void {
    const lines = this.#faults.get(fault) ?? new Lines()
    lines.add(line)
    this.#faults.set(fault, lines)
  }

  private isPossible(date: string): boolean {
    return isDate(date) && date >= this.#days.first && date <= this.#days.last
  }

  finish(): OperatorData {
    demand(this.#total > 0, 'list-rows', 'the file has no row')
    this.#zeros.finish()
    const { first, last } = this.#days
    demand(
      this.#wrongDays.count === 0,
      'list-rows',
      `${this.#wrongDays.said}: no date, or none between ${first} and ${last}`,
    )
    for (const [fault, lines] of this.#faults)
      demand(
        lines.count <= this.#total * MOST_FAULTS,
        'list-rows',
        `${fault}: ${lines.count} of ${this.#total} rows, ${lines.said}`,
      )
    return {
      subscribers: [...this.#subscribers.values()],
      usable: this.#usable,
      total: this.#total,
      faults: Object.fromEntries(
        FAULTS.map((fault) => [fault, this.#faults.get(fault)?.count ?? 0]),
      ) as Record<Fault, number>,
    }
  }
}
