import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../test/vectors/outcome.ts'
import { concat, equal } from '../bytes.ts'
import type { Imei14 } from '../imei.ts'
import { decodeDelta, encodeDelta, MAX_DELTA_BYTES } from './delta.ts'
import { applyDelta, deltaBetween } from './change.ts'
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts'
import { LISTS, groupImeis, imeiOfNumbers, type TacGroups } from './tac-group.ts'

const RUNS = process.env['SLOW'] ? 1_000 : 100

/** Few models and near serial numbers, so that sets meet; and some from anywhere. */
const imei = fc
  .oneof(
    fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 40 })),
    fc.tuple(fc.nat({ max: 999_999 }), fc.nat({ max: 999_999 })),
  )
  .map(([tac, snr]) => imeiOfNumbers(tac, snr))
const imeis = fc.uniqueArray(imei, { maxLength: 200 })
const snapshotOf = (numbers: readonly Imei14[], treeSize = 5): Snapshot => ({
  list: LISTS.black,
  treeSize,
  groups: groupImeis(numbers),
})

function numbersOf(groups: TacGroups): Imei14[] {
  const numbers: Imei14[] = []
  for (const { tac, snrs } of groups) for (const snr of snrs) numbers.push(imeiOfNumbers(tac, snr))
  return numbers
}

/** To the end: only then is a snapshot believed. */
function readWhole(bytes: Uint8Array): Snapshot {
  const snapshot = decodeSnapshot(bytes)
  numbersOf(snapshot.groups)
  return snapshot
}

describe('a set of numbers', () => {
  it('has one encoding, in whatever order and however often its numbers came', () => {
    fc.assert(
      fc.property(imeis, fc.nat(), (numbers, treeSize) => {
        const bytes = encodeSnapshot(snapshotOf(numbers, treeSize))
        const twice = [...numbers, ...numbers.toReversed()]
        expect(encodeSnapshot(snapshotOf(twice, treeSize))).toEqual(bytes)
        const read = readWhole(bytes)
        expect(read.treeSize).toBe(treeSize)
        expect(numbersOf(read.groups)).toEqual(numbers.toSorted())
      }),
      { numRuns: RUNS },
    )
  })

  it('says another thing, or nothing, when one bit of its encoding flips', () => {
    const numbers = Array.from({ length: 10 }, (_, i) => imeiOfNumbers(101_701, i * 1_011))
    const bytes = encodeSnapshot(snapshotOf([...numbers, '00101702000007' as Imei14]))
    let accepted = 0
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >>> 3]! ^= 1 << (bit & 7)
      const outcome = codeOf(() => {
        // Accepted is only what is spelled as this very set is: so it is another set.
        expect(equal(encodeSnapshot(readWhole(flipped)), flipped)).toBe(true)
        accepted++
      })
      expect(['accepted', 'snapshot-malformed']).toContain(outcome)
    }
    expect(accepted).toBeGreaterThan(0)
  })
})

describe('A92: hostile bytes end in a refusal', () => {
  const good = encodeSnapshot(snapshotOf(['00101701000001', '00101701000400'] as Imei14[]))
  const change = deltaBetween(snapshotOf([]), snapshotOf(['00101701000001' as Imei14], 6))
  const goodDelta = encodeDelta(change)
  const REFUSED = ['accepted', 'snapshot-malformed', 'too-large']

  it.each([
    ['a snapshot', good, 14, readWhole, encodeSnapshot],
    ['a delta', goodDelta, 22, decodeDelta, encodeDelta],
  ] as const)('as %s', (_, sample, countsAt, read, write) => {
    const begun = fc
      .tuple(fc.nat({ max: sample.length }), fc.uint8Array({ maxLength: 200 }))
      .map(([kept, rest]) => concat(sample.subarray(0, kept), rest))
    const groups = fc
      .tuple(fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 200 }))
      .map(([count, rest]) => concat(sample.subarray(0, countsAt + 3), Uint8Array.of(count), rest))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), begun, groups), (bytes) => {
        const outcome = codeOf(() => {
          const again = (write as (value: unknown) => Uint8Array)(read(bytes))
          expect(equal(again, bytes)).toBe(true)
        })
        expect(REFUSED).toContain(outcome)
      }),
      { numRuns: 10 * RUNS },
    )
  })

  it('takes no memory for what is only announced', () => {
    // A million numbers in a group of four bytes, four thousand million groups.
    const announced = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 0xc0, 0x84, 0x3d, 0)
    expect(codeOf(() => readWhole(concat(good.subarray(0, 14), announced)))).toBe(
      'snapshot-malformed',
    )
    announced.set([0, 0, 0, 1])
    expect(codeOf(() => readWhole(concat(good.subarray(0, 14), announced)))).toBe(
      'snapshot-malformed',
    )
  })

  it('refuses a delta that no honest registry would make', () => {
    expect(codeOf(() => decodeDelta(new Uint8Array(MAX_DELTA_BYTES + 1)))).toBe('too-large')
  })

  it('counts no more serial numbers of a TAC than there are, with all bytes there', () => {
    const head = concat(good.subarray(0, 14), Uint8Array.of(0, 0, 0, 1))
    const group = (count: readonly number[]) =>
      concat(Uint8Array.of(1, ...count, 0), new Uint8Array(125_001))
    const all = concat(head, group([0xc0, 0x84, 0x3d])).subarray(0, -1)
    expect(numbersOf(decodeSnapshot(all).groups)).toHaveLength(1_000_000)
    expect(codeOf(() => readWhole(concat(head, group([0xc1, 0x84, 0x3d]))))).toBe(
      'snapshot-malformed',
    )
  })
})

describe('the way from one list to the next', () => {
  it('is exact, encoded or not', () => {
    fc.assert(
      fc.property(imeis, imeis, (before, after) => {
        const [old, now] = [snapshotOf(before, 5), snapshotOf(after, 9)]
        const delta = decodeDelta(encodeDelta(deltaBetween(old, now)))
        const base = readWhole(encodeSnapshot(old))
        expect(encodeSnapshot(applyDelta(base, delta))).toEqual(encodeSnapshot(now))
        const added = after.filter((one) => !before.includes(one))
        const removed = before.filter((one) => !after.includes(one))
        expect(numbersOf(delta.adds)).toEqual(added.toSorted())
        expect(numbersOf(delta.removes)).toEqual(removed.toSorted())
      }),
      { numRuns: RUNS },
    )
  })

  it('is taken by no other list than the one it begins at', () => {
    fc.assert(
      fc.property(imeis, imeis, imei, (before, after, other) => {
        fc.pre(before.includes(other) !== after.includes(other))
        const delta = deltaBetween(snapshotOf(before, 5), snapshotOf(after, 9))
        // A base that is already, or not yet, what the delta makes of this number.
        const base = before.includes(other)
          ? before.filter((one) => one !== other)
          : [...before, other]
        const work = () => encodeSnapshot(applyDelta(snapshotOf(base, 5), delta))
        expect(codeOf(work)).toBe('list-delta-conflict')
      }),
      { numRuns: RUNS },
    )
  })

  it('is not between two lists', () => {
    const grey = { ...snapshotOf([], 9), list: LISTS.grey }
    expect(codeOf(() => deltaBetween(snapshotOf([]), grey))).toBe('list-delta-conflict')
  })
})
