import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  SNRS_OF_A_TAC,
  encodeSnapshot,
  equal,
  groupKeys,
  keyOf,
  type TacGroup,
  type TacGroups,
} from '../../core/index.ts'
import { Arena } from './arena.ts'

/** So many that each form of storage has its turn, and the numbers at which they change. */
const COUNTS = [1, 2, 63, 64, 65, 1_000, 62_499, 62_500, 62_501, 66_000, 300_000, SNRS_OF_A_TAC]
const TACS = [0, 1, 1_023, 1_024, 101_701, 99_999_999]

const encoded = (groups: TacGroups) => encodeSnapshot({ list: 1, treeSize: 0, groups })

/** That many serial numbers, spread over all there are. */
function spread(count: number): Uint32Array {
  const step = SNRS_OF_A_TAC / count
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i + 0.5) * step))
}

function checkAgainst(arena: Arena, { tac, snrs }: TacGroup): void {
  const listed = new Uint8Array(SNRS_OF_A_TAC)
  for (const snr of snrs) listed[snr] = 1
  for (let snr = 0; snr < SNRS_OF_A_TAC; snr++)
    if (arena.has(tac, snr) !== (listed[snr] === 1)) expect.fail(`${snr} of ${tac}`)
}

describe('an arena', () => {
  it.each(COUNTS)('knows each of a million numbers of a TAC that has %i', (count) => {
    const group = { tac: 101_701, snrs: spread(count) }
    const arena = Arena.of([{ tac: 7, snrs: spread(70) }, group, { tac: 101_702, snrs: spread(3) }])
    expect(arena.size).toBe(count + 73)
    checkAgainst(arena, group)
  })

  it.each(COUNTS)('gives back a TAC with the first or the last %i numbers', (count) => {
    for (const from of [0, SNRS_OF_A_TAC - count]) {
      const snrs = Uint32Array.from({ length: count }, (_, i) => from + i)
      const arena = Arena.of([{ tac: 5, snrs }])
      expect(equal(encoded(arena.groups), encoded([{ tac: 5, snrs }]))).toBe(true)
      checkAgainst(arena, { tac: 5, snrs })
    }
  })

  it('knows no number of a TAC it does not hold, next to one it does', () => {
    const arena = Arena.of(TACS.map((tac) => ({ tac, snrs: spread(100) })))
    const snr = spread(100)[50]!
    for (const tac of TACS) {
      expect(arena.has(tac, snr)).toBe(true)
      for (const near of [tac - 1, tac + 1, tac + 1_024, tac - 1_024]) {
        const isThere = TACS.includes(near)
        if (near >= 0 && near <= 99_999_999) expect(arena.has(near, snr)).toBe(isThere)
      }
    }
    expect(Arena.of([]).has(0, 0)).toBe(false)
  })

  it('holds any set there is, and nothing else', () => {
    const key = fc.tuple(
      fc.oneof(fc.constantFrom(...TACS), fc.nat({ max: 99_999_999 })),
      fc.oneof(fc.nat({ max: 99 }), fc.nat({ max: SNRS_OF_A_TAC - 1 })),
    )
    fc.assert(
      fc.property(fc.array(key, { maxLength: 400 }), fc.array(key), (listed, others) => {
        const keys = new Set(listed.map(([tac, snr]) => keyOf(tac, snr)))
        const groups = groupKeys(Float64Array.from(keys))
        const arena = Arena.of(groups)
        expect(arena.size).toBe(keys.size)
        for (const [tac, snr] of [...listed, ...others])
          expect(arena.has(tac, snr)).toBe(keys.has(keyOf(tac, snr)))
        expect(encoded(arena.groups)).toEqual(encoded(groups))
      }),
    )
  })

  it('takes no more than two bytes for a number of a TAC with many', () => {
    for (const count of [30_000, 62_500, 62_501, 300_000]) {
      const groups = Array.from({ length: 20 }, (_, tac) => ({ tac, snrs: spread(count) }))
      // Without the shelves of TACs, which are there once.
      const bytes = Arena.of(groups).buffer.byteLength - Arena.of([]).buffer.byteLength
      expect(bytes / (20 * count)).toBeLessThan(2.01)
    }
  })
})
