import { demand } from '../../core/index.ts'
import { localKeyOf, type LocalRow } from '../../edge/index.ts'
import { demandNone, type OperatorList } from './operator-list.ts'

/** A full list that falls below this share of the last one is not whole. */
const LEAST = 0.75

export interface Merged {
  readonly rows: readonly LocalRow[]
  readonly came: number
  readonly went: number
  /** Of these keys, what is said has changed. */
  readonly changed: number
}

/**
 * Takes a list made elsewhere into a register's own: a full list takes the place of all rows of its
 * kind and words, a change list changes them. Ranges, and rows of other words, stay.
 * @param acceptShrinking why a full list much shorter than the last one is right
 * @throws {Refusal} import-shrinks; list-delta-conflict, list-conflict, by line
 */
export function mergeOwn(
  own: readonly LocalRow[],
  list: OperatorList,
  acceptShrinking: string | null,
): Merged {
  const before = new Map(own.map((row) => [localKeyOf(row), row]))
  const after = new Map(before)
  if (list.kind === 'full') takeFull(after, list, acceptShrinking)
  else takeDelta(after, list)
  const gone = [...before.keys()].filter((key) => !after.has(key))
  const fresh = [...after.keys()].filter((key) => !before.has(key))
  const changed = [...after].filter(([key, { word }]) => {
    const earlier = before.get(key)
    return earlier !== undefined && earlier.word !== word
  })
  return {
    rows: [...after.values()],
    came: fresh.length,
    went: gone.length,
    changed: changed.length,
  }
}

function takeFull(
  rows: Map<string, LocalRow>,
  { about, words, said }: OperatorList,
  acceptShrinking: string | null,
): void {
  const replaced = [...rows].filter(([, { kind, word }]) => kind === about && words.includes(word))
  const now = said.filter(({ row }) => row !== null).length
  demand(
    now >= replaced.length * LEAST || acceptShrinking !== null,
    'import-shrinks',
    `${now} rows, of ${replaced.length} before; if that is right: --accept-shrinking REASON`,
  )
  for (const [key] of replaced) rows.delete(key)
  const conflicts = said.filter(({ key, row }) => row !== null && rows.has(key))
  demandNone(
    conflicts.map(({ line }) => line),
    'list-conflict',
    'speak of what your list has under another word',
  )
  for (const { key, row } of said) if (row !== null) rows.set(key, row)
}

function takeDelta(rows: Map<string, LocalRow>, { said }: OperatorList): void {
  const conflicts = said.filter(({ key, change }) => rows.has(key) === (change === 'add'))
  demandNone(
    conflicts.map(({ line }) => line),
    'list-delta-conflict',
    'add what is there, or remove or update what is not',
  )
  for (const { key, row } of said)
    if (row === null) rows.delete(key)
    else rows.set(key, row)
}
