import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOG, newKey } from '../../../test/law.ts'
import { codeOf } from '../../../test/vectors/outcome.ts'
import { concat, toHex } from '../bytes.ts'
import { parseTac } from '../imei.ts'
import {
  decodePartList,
  encodePartList,
  joinThumbprints,
  stolenUnder,
  type PartList,
} from './part-list.ts'

const print = fc.uint8Array({ minLength: 32, maxLength: 32 })
const prints = fc.uniqueArray(print, { minLength: 1, maxLength: 40, selector: toHex })
const makerKey = newKey().key
const empty: PartList = {
  log: LOG,
  treeSize: 9,
  stolen: [],
  authorities: [
    {
      sub: 'zz.maker',
      role: 'maker',
      country: 'ZZ',
      key: makerKey,
      tacs: [parseTac('00101701')],
      isVoid: false,
    },
  ],
}
const listed = (parts: readonly Uint8Array[], authority = 'zz.force') => ({
  authority,
  parts: joinThumbprints(parts),
})

describe('the list a phone carries', () => {
  it('A16 names every part it holds, and no other: not even one that differs in a bit', () => {
    fc.assert(
      fc.property(prints, print, fc.nat(255), (parts, stranger, bit) => {
        const list = decodePartList(encodePartList({ ...empty, stolen: [listed(parts)] }))
        const known = new Set(parts.map(toHex))
        for (const part of parts) expect(stolenUnder(list, part)).toBe('zz.force')
        const near = parts[0]!.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
        for (const part of [stranger, near])
          expect(stolenUnder(list, part)).toBe(known.has(toHex(part)) ? 'zz.force' : null)
      }),
      { numRuns: 200 },
    )
  })

  it('sorts thumbprints whole, those that begin alike too', () => {
    const alike = fc.tuple(fc.constantFrom(0, 1, 2), fc.nat(255)).map(([low, last]) => {
      const bytes = new Uint8Array(32)
      bytes[3] = low
      bytes[31] = last
      return bytes
    })
    const some = fc.uniqueArray(fc.oneof(print, alike), { minLength: 1, selector: toHex })
    fc.assert(
      fc.property(some, (parts) => {
        expect(toHex(joinThumbprints(parts))).toBe(parts.map(toHex).toSorted().join(''))
      }),
    )
  })

  it('reads back what was written', () => {
    const stolen = [listed([new Uint8Array(32)], 'xa'), listed([new Uint8Array(32).fill(1)], 'zz')]
    const list = { ...empty, stolen }
    expect(decodePartList(encodePartList(list))).toEqual(list)
    expect(decodePartList(encodePartList(empty))).toEqual(empty)
    expect(stolenUnder(list, new Uint8Array(32).fill(1))).toBe('zz')
  })

  it('has one spelling: thumbprints and authorities rise, each once, and are whole', () => {
    const [a, b] = [new Uint8Array(32), new Uint8Array(32).fill(1)]
    const code = (parts: Uint8Array) =>
      codeOf(() => encodePartList({ ...empty, stolen: [{ authority: 'zz', parts }] }))
    for (const wrong of [concat(b, a), concat(a, a), concat(a, b).subarray(1), new Uint8Array()])
      expect(code(wrong)).toBe('malformed')
    const twice = [listed([a], 'zz'), listed([b], 'zz')]
    const bytes = encodePartList({ ...empty, stolen: twice })
    expect(codeOf(() => decodePartList(bytes))).toBe('malformed')
  })

  it('A92 hostile bytes end in a refusal, and so does any byte that is changed or missing', () => {
    const whole = encodePartList({ ...empty, stolen: [listed([new Uint8Array(32).fill(7)])] })
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        codeOf(() => decodePartList(whole.with(at, byte)))
        expect(codeOf(() => decodePartList(whole.subarray(0, at)))).not.toBe('accepted')
      }),
      { numRuns: 300 },
    )
  })

  it('takes 32 bytes for each part, and nothing else that grows with them', () => {
    const parts = Array.from({ length: 200_000 }, (_, i) => {
      const bytes = new Uint8Array(32)
      new DataView(bytes.buffer).setUint32(0, i)
      return bytes
    })
    const size = encodePartList({ ...empty, stolen: [listed(parts)] }).length
    expect(size - encodePartList(empty).length).toBeLessThan(6_400_000 + 32)
  })
})
