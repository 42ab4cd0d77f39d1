import { describe, expect, test } from 'vitest'
import { LONDON_FIGURES, SERIES, derivedFigures, published } from './london.ts'
import { LEAST, grouped, shownParts } from './small-numbers.ts'

describe('U1.3: the published series', () => {
  test('add up as published, and what follows is computed', () => {
    const of = (series: keyof typeof SERIES) => published(series, '2017')
    expect(of('foi-recovered') + of('foi-not-recovered')).toBe(of('foi-stolen'))
    const { recoveredShare, byOffence, recordedChange, recordedChangeShare, apart } =
      derivedFigures()
    expect((recoveredShare * 100).toFixed(2)).toBe('2.38')
    expect(byOffence.map(({ value }) => value)).toEqual([67_146, 81_374, 71_499])
    expect(recordedChange).toBe(-9_974)
    expect((recordedChangeShare * 100).toFixed(2)).toBe('-12.26')
    expect(apart.map(({ value }) => value)).toEqual([9, 108])
  })

  test('each number has a definition and a source', () => {
    for (const { series, sources } of LONDON_FIGURES) {
      expect(Object.keys(SERIES)).toContain(series)
      expect(sources.length).toBeGreaterThan(0)
    }
  })
})

/** Every table that somebody could have counted, by what was shown of it. */
function preimages<T>(tables: Iterable<T>, show: (table: T) => unknown): Map<string, T[]> {
  const map = new Map<string, T[]>()
  for (const table of tables) {
    const key = JSON.stringify(show(table))
    map.set(key, [...(map.get(key) ?? []), table])
  }
  return map
}

const UP_TO = 9
const values = Array.from({ length: UP_TO + 1 }, (_, i) => i)

describe('A63, U1.X1: small numbers cannot be solved for', () => {
  test('by subtraction in a whole with its parts', () => {
    const tables = values.flatMap((whole) =>
      values.flatMap((a) => values.map((b) => [whole, a, b] as const)),
    )
    const possible = tables.filter(([whole, a, b]) => a + b <= whole)
    const show = ([whole, a, b]: readonly [number, number, number]) => shownParts(whole, [a, b])
    for (const [key, same] of preimages(possible, show)) {
      const { whole, parts } = JSON.parse(key) as ReturnType<typeof shownParts>
      for (const [i, cell] of [whole, ...parts].entries()) {
        if (cell !== null) expect(cell === 0 || cell >= LEAST).toBe(true)
        else expect(new Set(same.map((table) => table[i])).size, key).toBeGreaterThan(1)
      }
      // What is left over tells no small number either.
      if (whole !== null && parts[0] !== null && parts[1] !== null) {
        const rest = whole - parts[0] - parts[1]
        expect(rest === 0 || rest >= LEAST, key).toBe(true)
      }
    }
  })

  test('by country, with a total', () => {
    const tables = values.flatMap((a) =>
      values.flatMap((b) => values.map((c) => ({ a, b, c }) as const)),
    )
    for (const [key, same] of preimages(tables, grouped)) {
      const groups = JSON.parse(key) as ReturnType<typeof grouped>
      const total = groups?.reduce((sum, { count }) => sum + count, 0)
      if (groups !== null) expect(total).toBe(Object.values(same[0]!).reduce((s, n) => s + n, 0))
      const listed = new Set(groups?.map(({ name }) => name))
      for (const { count } of groups ?? []) expect(count).toBeGreaterThanOrEqual(LEAST)
      if (groups !== null && !listed.has(null)) continue
      for (const name of ['a', 'b', 'c'] as const)
        if (!listed.has(name))
          expect(new Set(same.map((table) => table[name])).size, key).toBeGreaterThan(1)
    }
  })
})
