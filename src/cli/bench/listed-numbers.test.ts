import { describe, expect, it } from 'vitest'
import { LISTS, decodeSnapshot, encodeSnapshot } from '../../core/index.ts'
import { entropyBits } from './entropy.ts'
import { SPREAD, listedNumbers } from './listed-numbers.ts'

const MILLION = 1_000_000

describe('numbers as a world’s theft spreads them', () => {
  it.each([50_000, MILLION])('are %i, and the same each time', (count) => {
    const shape = () => {
      let [size, tacs, most, mixed] = [0, 0, 0, 0]
      for (const { tac, snrs } of listedNumbers(count)) {
        size += snrs.length
        tacs++
        most = Math.max(most, snrs.length)
        mixed = (mixed * 31 + tac + snrs.at(-1)!) % 2 ** 40
      }
      return { size, tacs, most, mixed }
    }
    const first = shape()
    expect(first.size).toBe(count)
    expect(first.tacs).toBeLessThanOrEqual(SPREAD.tacs)
    expect(first.most).toBeLessThanOrEqual(SPREAD.mostOfATac)
    expect(shape()).toEqual(first)
  })

  it('A74: a million of them swell a list by no more than 5 % over what the TACs leave open', () => {
    const snapshot = { list: LISTS.black, treeSize: MILLION, groups: listedNumbers(MILLION) }
    const bytes = encodeSnapshot(snapshot)
    const { givenTacs } = entropyBits(decodeSnapshot(bytes).groups)
    expect(bytes.length * 8).toBeGreaterThan(givenTacs)
    expect(bytes.length * 8).toBeLessThan(givenTacs * 1.05)
  })
})

describe('the bound', () => {
  it('is the logarithm of the number of sets', () => {
    const one = { tac: 1, snrs: Uint32Array.of(5) }
    const two = { tac: 2, snrs: Uint32Array.of(5, 6) }
    // 10^6 sets of one, 10^6 · 999,999 / 2 of two; and each of two TACs may have had either count.
    const [ofOne, ofTwo] = [Math.log2(MILLION), Math.log2((MILLION * (MILLION - 1)) / 2)]
    expect(entropyBits([one]).givenTacs).toBeCloseTo(ofOne, 6)
    expect(entropyBits([one, two]).givenCounts).toBeCloseTo(ofOne + ofTwo, 6)
    expect(entropyBits([one, two]).givenTacs).toBeCloseTo(ofOne + ofTwo + 2, 6)
  })
})
