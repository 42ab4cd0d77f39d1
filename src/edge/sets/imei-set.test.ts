import { describe, expect, it } from 'vitest'
import {
  LISTS,
  encodeSnapshot,
  equal,
  groupImeis,
  imeiOfNumbers,
  type Imei14,
} from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { Arena } from './arena.ts'
import { ImeiSet } from './imei-set.ts'

/** More than an overlay takes before it is folded. */
const MANY = 110_000
const HEAD = { list: LISTS.black, treeSize: 184_220 } as const

const fail = (error: unknown) => {
  throw error
}
/** Numbers over a few models, each another. */
const number = (i: number): Imei14 => imeiOfNumbers(101_700 + (i % 7), Math.floor(i / 7) * 3)
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => number(from + i))

function snapshotOf(imeis: readonly Imei14[]) {
  const bytes = encodeSnapshot({ ...HEAD, groups: groupImeis(imeis) })
  return { bytes: new Uint8Array(bytes), sha256: sha256Fast(bytes) }
}

async function setOf(imeis: readonly Imei14[], onFault = fail): Promise<ImeiSet> {
  const { bytes, sha256 } = snapshotOf(imeis)
  return (await ImeiSet.fromSnapshot(bytes, sha256, onFault)).set
}

/** Whether it holds exactly these, by its own encoding: that of the same set, made elsewhere. */
async function expectExactly(set: ImeiSet, imeis: readonly Imei14[]): Promise<void> {
  const expected = snapshotOf(imeis)
  const { bytes, sha256 } = await set.encode(HEAD.list, HEAD.treeSize)
  expect(set.size).toBe(imeis.length)
  expect(equal(sha256, expected.sha256)).toBe(true)
  expect(equal(bytes, expected.bytes)).toBe(true)
}

describe('a set of numbers', () => {
  it('begins with a snapshot and knows which', async () => {
    const { bytes, sha256 } = snapshotOf(numbers(0, 1_000))
    const loaded = await ImeiSet.fromSnapshot(bytes, sha256, fail)
    expect(loaded).toMatchObject(HEAD)
    await expectExactly(loaded.set, numbers(0, 1_000))
  })

  it('knows what was added and removed since at once, of models it never saw too', async () => {
    const set = await setOf(numbers(0, 100))
    const stranger = imeiOfNumbers(999_999, 5)
    for (const imei of [stranger, number(200), number(0)]) set.add(imei)
    for (const imei of [number(3), number(300), stranger]) set.remove(imei)
    set.add(number(3))
    set.remove(number(4))
    expect(set.has(stranger)).toBe(false)
    expect(set.has(number(200))).toBe(true)
    expect(set.has(number(3))).toBe(true)
    expect(set.has(number(4))).toBe(false)
    await expectExactly(set, [...numbers(0, 4), ...numbers(5, 100), number(200)])
  })

  it('takes a new base when much was said, and loses nothing said meanwhile', async () => {
    const set = new ImeiSet(fail)
    for (const imei of numbers(0, MANY)) set.add(imei)
    expect(set.isFolding).toBe(true)
    // While the base is being built: more, less, and the opposite of what the worker has in hand.
    set.add(number(MANY))
    set.remove(number(5))
    set.remove(number(MANY - 1))
    set.add(number(MANY - 1))
    const meanwhile = [...numbers(0, 5), ...numbers(6, MANY + 1)]
    expect([number(5), number(6), number(MANY)].map((imei) => set.has(imei))).toEqual([
      false,
      true,
      true,
    ])
    const whileFolding = set.bytes
    await expectExactly(set, meanwhile)
    await set.settled()
    expect(set.isFolding).toBe(false)
    expect(set.bytes).toBeLessThan(whileFolding)
    await expectExactly(set, meanwhile)
  })

  it('folds removals as well, to nothing if need be', async () => {
    const set = await setOf(numbers(0, MANY))
    for (const imei of numbers(0, MANY)) set.remove(imei)
    expect(set.isFolding).toBe(true)
    await set.settled()
    for (const imei of numbers(0, MANY)) if (set.has(imei)) expect.fail('a number that was removed')
    await expectExactly(set, [])
  })

  it('answers on with what was said when no new base can be built, and says so', async () => {
    const faults: unknown[] = []
    const damaged = Arena.of(groupImeis(numbers(0, 14)))
    const set = new ImeiSet((error) => faults.push(error), damaged)
    // Memory that rots under the register: what is built from it lacks a number, and must not count.
    const words = new Uint32Array(damaged.buffer)
    const [models, firstModel] = [7, words.indexOf(101_700)]
    words[firstModel + models] = 1
    for (const imei of numbers(14, MANY)) set.add(imei)
    set.remove(number(20))
    await set.settled()
    expect(faults).toHaveLength(1)
    for (const imei of numbers(21, MANY)) if (!set.has(imei)) expect.fail('a number that was added')
    expect(set.has(number(20))).toBe(false)
    set.add(number(MANY))
    expect(set.isFolding).toBe(false)
  })

  it('A89: without one number it has not the hash that the list has', async () => {
    const [whole, lacking] = [await setOf(numbers(0, 50)), await setOf(numbers(0, 50))]
    lacking.remove(number(20))
    const [a, b] = [await whole.encode(1, 9), await lacking.encode(1, 9)]
    expect(equal(a.sha256, b.sha256)).toBe(false)
    lacking.add(number(20))
    expect(equal((await lacking.encode(1, 9)).sha256, a.sha256)).toBe(true)
  })

  it('A87: is not made of a snapshot that was altered on the way', async () => {
    const { bytes, sha256 } = snapshotOf(numbers(0, 100))
    const altered = bytes.map((byte, i) => (i === 60 ? byte ^ 4 : byte))
    await expect(ImeiSet.fromSnapshot(altered, sha256, fail)).rejects.toMatchObject({
      code: 'snapshot-hash',
    })
    await expect(
      ImeiSet.fromSnapshot(bytes.slice(0, -1), sha256Fast(bytes.subarray(0, -1)), fail),
    ).rejects.toMatchObject({ code: 'snapshot-malformed' })
  })

  it('leaves memory alone that is not its own', async () => {
    const { bytes, sha256 } = snapshotOf(numbers(0, 10))
    const large = new Uint8Array(bytes.length + 1_000)
    large.set(bytes)
    await ImeiSet.fromSnapshot(large.subarray(0, bytes.length), sha256, fail)
    expect(large.length).toBe(bytes.length + 1_000)
  })
})
