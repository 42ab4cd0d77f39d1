import { Refusal, utf8, type Imei14 } from '../../core/index.ts'
import { ZeroGuard } from '../../wire/index.ts'
import { LOCAL_WORDS, type LocalRow } from './local-list.ts'

const HEADER = 'match,list'
/** Larger lists belong into the log, or into another register. */
const MAX_BYTES = 128 * 1024 * 1024
const MAX_PROBLEMS = 20

/**
 * Reads an operator's list: `match,list`, where match is an IMEI of 14 to 16 digits, two of 14 digits
 * joined by `-`, or a TAC of 8 digits, and list is white, grey or black. A full list says something
 * about everybody in it, so one bad row refuses all of it.
 * @throws {Refusal} too-large; malformed, with the first 20 problems by line, or for want of any row;
 * list-leading-zeros
 */
export function readLocalList(bytes: Uint8Array): readonly LocalRow[] {
  if (bytes.length > MAX_BYTES) throw new Refusal('too-large', `more than ${MAX_BYTES} bytes`)
  const [header, ...lines] = decode(bytes).split(/\r?\n/)
  const problems: string[] = []
  if (header?.toLowerCase() !== HEADER) problems.push(`line 1: expected ${HEADER}`)
  const rows: LocalRow[] = []
  const seen = new Map<string, number>()
  const zeros = new ZeroGuard()
  for (const [i, text] of lines.entries()) {
    const line = i + 2
    if (text === '' && i === lines.length - 1) break
    const row = rowOf(text)
    zeros.see((text.split(',', 1)[0] ?? '').trim())
    if (row === null) problems.push(`line ${line}: expected an IMEI, a range or a TAC, and a list`)
    else {
      const first = seen.get(localKeyOf(row))
      if (first !== undefined) problems.push(`line ${line}: says again what line ${first} says`)
      seen.set(localKeyOf(row), line)
      rows.push(row)
    }
  }
  zeros.finish()
  problems.push(...overlaps(rows))
  if (rows.length === 0) problems.push('no row: who has no list names none')
  if (problems.length > 0)
    throw new Refusal('malformed', problems.slice(0, MAX_PROBLEMS).join('; '))
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

function overlaps(rows: readonly LocalRow[]): string[] {
  const ranges = rows
    .filter((row) => row.kind === 'range')
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
  return ranges.flatMap(({ from, to }, i) => {
    const next = ranges[i + 1]
    return next && next.from <= to ? [`${from}-${to} and ${next.from}-${next.to} overlap`] : []
  })
}
