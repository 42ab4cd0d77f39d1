import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../test/vectors/outcome.ts'
import { maxRiceBytes, readRice, riceParameter, writeRice } from './rice.ts'
import { SNRS_OF_A_TAC } from './tac-group.ts'

const snrs = fc
  .uniqueArray(fc.nat({ max: SNRS_OF_A_TAC - 1 }), { minLength: 1, maxLength: 300 })
  .map((values) => Uint32Array.from(values).sort())

describe('the parameter of a group', () => {
  it('is the rounded logarithm for every count there can be, in integers', () => {
    for (let count = 1; count <= SNRS_OF_A_TAC; count++) {
      const rounded = Math.round(Math.log2((Math.LN2 * SNRS_OF_A_TAC) / count))
      if (riceParameter(count) !== Math.max(0, rounded)) expect.fail(`count ${count}`)
    }
  })
})

describe('gaps as ones, a zero and low bits', () => {
  it('are read back, wherever the group begins, and end where they were written', () => {
    fc.assert(
      fc.property(snrs, fc.nat({ max: 5 }), (values, start) => {
        const k = riceParameter(values.length)
        const bytes = new Uint8Array(start + maxRiceBytes(values.length))
        const end = writeRice(bytes, start, values, k)
        const read = new Uint32Array(values.length)
        expect(readRice(bytes.subarray(0, end), start, read, k)).toBe(end)
        expect(read).toEqual(values)
        expect(codeOf(() => readRice(bytes.subarray(0, end - 1), start, read, k))).toBe(
          'snapshot-malformed',
        )
      }),
    )
  })

  it.each([
    ['a whole TAC', Uint32Array.from({ length: SNRS_OF_A_TAC }, (_, i) => i)],
    ['all but the first', Uint32Array.from({ length: SNRS_OF_A_TAC - 1 }, (_, i) => i + 1)],
    ['every second', Uint32Array.from({ length: SNRS_OF_A_TAC / 2 }, (_, i) => 2 * i)],
    ['the longest gap with the smallest k', lastAfter(980_259)],
    ['the longest gap with k 1', lastAfter(490_129)],
    ['the longest gap with k 8', lastAfter(3_829)],
  ])('hold %s in the room set aside', (_, values) => {
    const k = riceParameter(values.length)
    const bytes = new Uint8Array(maxRiceBytes(values.length))
    const end = writeRice(bytes, 0, values, k)
    expect(end).toBeLessThanOrEqual(bytes.length)
    const read = new Uint32Array(values.length)
    readRice(bytes.subarray(0, end), 0, read, k)
    expect(read.every((snr, i) => snr === values[i])).toBe(true)
  })

  it.each([
    ['that fall', [5, 4]],
    ['that repeat', [5, 5]],
    ['of seven digits', [SNRS_OF_A_TAC]],
  ])('refuse serial numbers %s', (_, values) => {
    const work = () => writeRice(new Uint8Array(64), 0, Uint32Array.from(values), 0)
    expect(codeOf(work)).toBe('snapshot-malformed')
  })
})

/** `count` numbers, the last of them as far from the others as can be. */
function lastAfter(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => (i < count - 1 ? i : SNRS_OF_A_TAC - 1))
}
