import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf } from '../../core/index.ts'
import { Overlay } from './overlay.ts'

const said = fc.tuple(fc.nat({ max: 99_999_999 }), fc.nat({ max: 999_999 }), fc.boolean())

describe('an overlay', () => {
  it('remembers the last that was said of each number, through every growth', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 1_000 }), said, (all, [tac, snr]) => {
        const overlay = new Overlay()
        const model = new Map<number, boolean>()
        for (const [t, s, isIn] of all) {
          overlay.set(t, s, isIn)
          model.set(keyOf(t, s), isIn)
        }
        for (const [t, s] of all) expect(overlay.get(t, s)).toBe(model.get(keyOf(t, s)))
        expect(overlay.get(tac, snr)).toBe(model.get(keyOf(tac, snr)))
        expect(overlay.size).toBe(model.size)
        const there = [...overlay].map(({ tac: t, snr: s, isIn }) => [keyOf(t, s), isIn] as const)
        expect(new Map(there)).toEqual(model)
        expect(there).toHaveLength(model.size)
      }),
    )
  })

  it('holds the first and the last number there can be', () => {
    const overlay = new Overlay()
    overlay.set(0, 0, false)
    overlay.set(99_999_999, 999_999, true)
    const copy = new Overlay(overlay.slots)
    expect(copy.size).toBe(2)
    expect(copy.get(0, 0)).toBe(false)
    expect(copy.get(99_999_999, 999_999)).toBe(true)
    expect(copy.get(0, 1)).toBeUndefined()
  })
})
