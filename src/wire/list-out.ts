import { Refusal, demand } from '../core/index.ts'

/** One of the lists that go out, in the form of DIRBS. Its lines hold no quote and no line break. */
export interface ListFormat {
  readonly columns: readonly string[]
  /** How many leading columns name a line: there is one line of each name. */
  readonly keys: number
  /** Change files: lines that came, lines that went, lines that say something else now. */
  readonly came: string
  readonly went: readonly string[]
  /** Null: a line says nothing beside its name. */
  readonly changed: string | null
}

/**
 * The three lists. A DIRBS notification announces a block that is still to come, and its change file
 * `blacklisted` says that it has come. Here nothing is announced: a number is on the notifications
 * because it is refused already, so that file cannot have a line and is not written.
 */
export const LIST_FORMATS = {
  blacklist: {
    columns: ['imei', 'block_date', 'reasons'],
    keys: 1,
    came: 'blocked',
    went: ['unblocked'],
    changed: 'changed',
  },
  notifications: {
    columns: ['imei', 'imsi', 'msisdn', 'block_date', 'reasons'],
    keys: 3,
    came: 'new',
    went: ['resolved', 'no_longer_seen'],
    changed: 'changed',
  },
  exceptions: {
    columns: ['imei', 'imsi', 'msisdn'],
    keys: 3,
    came: 'added',
    went: ['removed'],
    changed: null,
  },
} as const satisfies Readonly<Record<string, ListFormat>>

/** Lines of each change file by its name, sorted. */
export type ListChanges = ReadonlyMap<string, readonly string[]>

/**
 * Cells a machine wrote: digits, words of closed lists, `|` between them. A comma sorts before all of
 * these, so that sorting whole lines by their bytes sorts them by their names.
 */
const LINE = /^[0-9A-Za-z|_]*(?:,[0-9A-Za-z|_]*)*$/

/** A line of these cells. @throws {Refusal} malformed: a cell that would need quotes, or a formula */
export function listLine(cells: readonly string[]): string {
  const line = cells.join(',')
  const isPlain = LINE.test(line) && line.split(',').length === cells.length
  demand(isPlain, 'malformed', 'a cell of a list holds digits and words alone')
  return line
}

/** The cells that name a line. */
function nameOf(line: string, { keys }: ListFormat): string {
  return line.split(',', keys).join(',')
}

/** The bytes of a list or change file: header, sorted lines, each ended by LF. */
export function formatList({ columns }: ListFormat, lines: readonly string[]): string {
  return `${[columns.join(','), ...lines.toSorted(byBytes)].join('\n')}\n`
}

/**
 * Reads a file that `formatList` wrote. One list has one spelling.
 * @throws {Refusal} list-columns; malformed, with the line
 */
export function parseList(format: ListFormat, text: string): string[] {
  const [header, ...lines] = text.split('\n')
  demand(header === format.columns.join(','), 'list-columns', 'another header than ours')
  demand(lines.pop() === '', 'malformed', 'the last line has no end')
  let last: string | null = null
  for (const [i, line] of lines.entries()) {
    const name = nameOf(line, format)
    const isNext = last === null || last < name
    const isWhole = LINE.test(line) && line.split(',').length === format.columns.length
    demand(isWhole && isNext, 'malformed', `line ${i + 2} is not as we write it`)
    last = name
  }
  return lines
}

/** Two states of a list. */
export interface ListStates {
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Which change file a line that went belongs to; the first where nothing is said. */
  readonly wentAs?: ((line: string) => string) | undefined
}

/**
 * What leads from one state of a list to the next: every change file the format has, empty ones too.
 * A line that says something else now stands in `changed` as it is now, one that went as it was.
 */
export function changesBetween(
  format: ListFormat,
  { before, after, wentAs = () => format.went[0]! }: ListStates,
): ListChanges {
  const changes = new Map<string, string[]>(
    [format.came, ...format.went, ...(format.changed === null ? [] : [format.changed])].map(
      (file) => [file, []],
    ),
  )
  const was = byName(format, before)
  const is = byName(format, after)
  for (const [name, line] of is) {
    const earlier = was.get(name)
    if (earlier === undefined) changes.get(format.came)!.push(line)
    else if (earlier !== line) changes.get(format.changed!)!.push(line)
  }
  for (const [name, line] of was) if (!is.has(name)) changes.get(wentAs(line))!.push(line)
  return new Map([...changes].map(([file, lines]) => [file, lines.toSorted(byBytes)]))
}

/**
 * The next state of a list. Applying change after change to an old full list gives the newest one,
 * byte for byte.
 * @throws {Refusal} list-delta-conflict: adds what is there, takes or changes what is not
 */
export function applyChanges(
  format: ListFormat,
  before: readonly string[],
  changes: ListChanges,
): string[] {
  const lines = byName(format, before)
  const conflict = (what: string) => new Refusal('list-delta-conflict', `a line ${what}`)
  for (const file of format.went)
    for (const line of changes.get(file) ?? []) {
      const name = nameOf(line, format)
      if (lines.get(name) !== line) throw conflict('goes that is not there')
      lines.delete(name)
    }
  for (const line of changes.get(format.came) ?? []) {
    const name = nameOf(line, format)
    if (lines.has(name)) throw conflict('comes that is there')
    lines.set(name, line)
  }
  for (const line of format.changed === null ? [] : (changes.get(format.changed) ?? [])) {
    const name = nameOf(line, format)
    const earlier = lines.get(name)
    if (earlier === undefined || earlier === line) throw conflict('changes that does not')
    lines.set(name, line)
  }
  return [...lines.values()].toSorted(byBytes)
}

/** Lines that came, went or changed. */
export function changeCount(changes: ListChanges): number {
  return [...changes.values()].reduce((sum, lines) => sum + lines.length, 0)
}

function byName(format: ListFormat, lines: readonly string[]): Map<string, string> {
  return new Map(lines.map((line) => [nameOf(line, format), line]))
}

/** All of them ASCII: code units are bytes. */
function byBytes(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
