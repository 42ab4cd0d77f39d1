import { demand, parseTac, type Tac } from '../core/index.ts'

/** One model of the list: what its TAC stands for. */
export interface TacRow {
  readonly tac: Tac
  readonly manufacturer: string
  readonly brand: string
  /** What the model is called: for its buyers, by its maker, and in the list. Empty ones are left out. */
  readonly names: readonly string[]
}

const MANDATORY = [
  'TAC',
  'Manufacturer',
  'Model Name',
  'Bands',
  'Allocation Date',
  'Device Type',
] as const
const NAMES = ['Marketing Name', 'Internal Model Name', 'Model Name'] as const
const DATE = /^(0[1-9]|[12][0-9]|3[01])-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-[0-9]{4}$/
/** Ten times what has been allocated so far. */
const MAX_ROWS = 2_000_000

/**
 * The GSMA's TAC list, a line at a time: text, cells between `|`, header first, columns in any order.
 * A list says something about every model there is, so one bad line refuses all of it. Whoever has the
 * list brings it; its licence is the GSMA's.
 */
export class TacListReader {
  readonly #onRow: (row: TacRow) => void
  readonly #said = new Map<Tac, string>()
  #at: ReadonlyMap<string, number> | null = null

  /** @param onRow told of each model once, before the list as a whole is known to be good */
  constructor(onRow: (row: TacRow) => void) {
    this.#onRow = onRow
  }

  /**
   * Takes a line without its end; null is one that was longer than allowed. Empty lines are passed over.
   * @throws {Refusal} list-columns, list-leading-zeros, list-conflict, malformed, too-large
   */
  take(line: number, text: string | null): void {
    if (text?.trim() === '') return
    demand(text !== null && !text.includes('\ufffd'), 'malformed', `line ${line}: no line of text`)
    const cells = text.split('|').map((cell) => cell.replaceAll('"', '').trim())
    if (this.#at === null) this.#at = columnsOf(cells)
    else this.row(line, cells, this.#at)
  }

  /** @returns how many models. @throws {Refusal} list-columns, malformed: there was no list, or an empty one */
  finish(): number {
    demand(this.#at !== null, 'list-columns', 'the file is empty')
    demand(this.#said.size > 0, 'malformed', 'the list names no model')
    return this.#said.size
  }

  private row(line: number, cells: readonly string[], at: ReadonlyMap<string, number>): void {
    demand(cells.length === at.size, 'list-columns', `line ${line}: not the header's columns`)
    const cell = (name: string) => cells[at.get(columnOf(name)) ?? -1] ?? ''
    const digits = cell('TAC')
    const isShort = /^[0-9]{6,7}$/.test(digits)
    demand(!isShort, 'list-leading-zeros', `line ${line}: a TAC without its leading zeros`)
    demand(/^[0-9]{8}$/.test(digits), 'malformed', `line ${line}: expected a TAC of 8 digits`)
    const date = cell('Allocation Date')
    demand(date === '' || DATE.test(date), 'malformed', `line ${line}: expected 01-Jan-2001`)
    const tac = parseTac(digits)
    const said = cells.join('|')
    const known = this.#said.get(tac)
    // Said again in the same words, it is said once.
    demand(known === undefined || known === said, 'list-conflict', `line ${line}: another model`)
    if (known !== undefined) return
    demand(this.#said.size < MAX_ROWS, 'too-large', `more than ${MAX_ROWS} models`)
    this.#said.set(tac, said)
    const names = NAMES.map(cell).filter((name) => name !== '')
    this.#onRow({ tac, manufacturer: cell('Manufacturer'), brand: cell('Brand Name'), names })
  }
}

/** @throws {Refusal} list-columns */
function columnsOf(cells: readonly string[]): ReadonlyMap<string, number> {
  const at = new Map(cells.map((name, i) => [columnOf(name), i]))
  demand(at.size === cells.length, 'list-columns', 'a column stands there twice')
  const missing = MANDATORY.filter((name) => !at.has(columnOf(name)))
  demand(missing.length === 0, 'list-columns', `without the columns ${missing.join(', ')}`)
  return at
}

/** Names of columns count without regard to case. */
const columnOf = (name: string) => name.toLowerCase()
