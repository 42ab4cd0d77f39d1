import { performance } from 'node:perf_hooks'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import { concat, fromHex, toHex, utf8 } from './bytes.ts'
import { decodeCbor, encodeCbor, type CborKey, type CborValue } from './cbor.ts'

const code = (hex: string) => codeOf(() => decodeCbor(fromHex(hex)))

/** Written from RFC 8949 §3 and §4.2.1 alone, so that it shares no mistake with the library. */
function encodeByTheBook(value: CborValue): Uint8Array {
  if (value === null) return Uint8Array.of(0xf6)
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return concat(head(3, utf8(value).length), utf8(value))
  if (value instanceof Uint8Array) return concat(head(2, value.length), value)
  if (value instanceof Map) {
    const map = value as ReadonlyMap<CborKey, CborValue>
    const pairs = [...map].map(([key, item]) => [encodeByTheBook(key), encodeByTheBook(item)])
    const sorted = pairs.toSorted((a, b) => (toHex(a[0]!) < toHex(b[0]!) ? -1 : 1))
    return concat(head(5, map.size), ...sorted.flat())
  }
  const items = value as readonly CborValue[]
  return concat(head(4, items.length), ...items.map(encodeByTheBook))
}

function head(major: number, argument: number): Uint8Array {
  const type = major * 32
  if (argument < 24) return Uint8Array.of(type + argument)
  const size = argument < 2 ** 8 ? 0 : argument < 2 ** 16 ? 1 : argument < 2 ** 32 ? 2 : 3
  const bytes = [...new Uint8Array(new BigUint64Array([BigInt(argument)]).buffer)].toReversed()
  return Uint8Array.of(type + 24 + size, ...bytes.slice(8 - 2 ** size))
}

const integers = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -70_300, max: 70_300 }))
const { value: values } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    integers,
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.oneof(integers, fc.string({ unit: 'grapheme' })), tie('value')), {
        maxLength: 5,
      })
      .map((pairs) => new Map(pairs)),
  ),
}))

describe('the one spelling', () => {
  it('is that of RFC 8949 §4.2.1, and is read back', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeCbor(value)
        expect(toHex(bytes)).toBe(toHex(encodeByTheBook(value)))
        expect(toHex(encodeCbor(decodeCbor(bytes)))).toBe(toHex(bytes))
      }),
      { numRuns: 300 },
    )
  })

  it('reads a Buffer, and reads the largest integers', () => {
    expect(decodeCbor(Buffer.from('1b001fffffffffffff', 'hex'))).toBe(Number.MAX_SAFE_INTEGER)
    expect(decodeCbor(fromHex('3b001ffffffffffffe'))).toBe(-Number.MAX_SAFE_INTEGER)
  })
})

describe('any other spelling is refused', () => {
  it.each([
    ['map keys unsorted', 'a202000100', 'not-canonical'],
    ['a negative key before a positive', 'a220000100', 'not-canonical'],
    [
      'text keys by alphabet, not by length first',
      'a2626161006162 00'.replace(' ', ''),
      'not-canonical',
    ],
    ['integer longer than needed', '1801', 'malformed'],
    ['length longer than needed', '580100', 'malformed'],
    ['array length longer than needed', '980100', 'malformed'],
    ['float that is a whole number', 'f93c00', 'not-canonical'],
    ['double that is a whole number', 'fb4000000000000000', 'not-canonical'],
    ['minus zero', 'f98000', 'not-canonical'],
    ['float', 'f93e00', 'malformed'],
    ['infinity', 'f97c00', 'malformed'],
    ['NaN', 'f97e00', 'malformed'],
    ['indefinite array', '9f00ff', 'malformed'],
    ['indefinite map', 'bf0000ff', 'malformed'],
    ['indefinite bytes', '5f4100ff', 'malformed'],
    ['indefinite text', '7f6161ff', 'malformed'],
    ['duplicate keys', 'a201000100', 'malformed'],
    ['float key equal to an integer key', 'a20100f93c0000', 'malformed'],
    ['tag', 'c000', 'malformed'],
    ['tagged COSE_Sign1', 'd28440a04040', 'malformed'],
    ['bignum', 'c249010000000000000000', 'malformed'],
    ['2^53', '1b0020000000000000', 'malformed'],
    ['2^64-1', '1bffffffffffffffff', 'malformed'],
    ['-2^53', '3b001fffffffffffff', 'malformed'],
    ['-2^64', '3bffffffffffffffff', 'malformed'],
    ['undefined', 'f7', 'malformed'],
    ['true', 'f5', 'malformed'],
    ['simple value', 'f8ff', 'malformed'],
    ['reserved head', '1c', 'malformed'],
    ['lone break', 'ff', 'malformed'],
    ['broken UTF-8', '62c328', 'not-canonical'],
    ['surrogate in UTF-8', '63eda080', 'not-canonical'],
    ['byte order mark swallowed', '64efbbbf61', 'not-canonical'],
    ['bytes as a map key', 'a1410000', 'malformed'],
    ['array as a map key', 'a18000', 'malformed'],
    ['two items', '0000', 'malformed'],
    ['nothing', '', 'malformed'],
    ['text cut short', '6261', 'malformed'],
    ['array cut short', '8201', 'malformed'],
    ['2^53 bytes announced', '5b0020000000000000', 'malformed'],
    ['2^32-1 items announced', '9affffffff', 'malformed'],
  ])('%s', (_, hex, expected) => {
    expect(code(hex)).toBe(expected)
  })
})

describe('bounds', () => {
  it('refuses more bytes than the caller allows', () => {
    expect(codeOf(() => decodeCbor(new Uint8Array(17), 16))).toBe('too-large')
  })

  it('refuses nesting deeper than 16 levels, however deep', () => {
    const nested = (depth: number) => concat(new Uint8Array(depth).fill(0x81), Uint8Array.of(0))
    expect(codeOf(() => decodeCbor(nested(16)))).toBe('accepted')
    for (const depth of [17, 1_000, 16_000]) {
      expect(codeOf(() => decodeCbor(nested(depth)))).toBe('malformed')
      const maps = concat(...Array.from({ length: depth }, () => Uint8Array.of(0xa1, 0)))
      expect(codeOf(() => decodeCbor(maps, 40_000))).toMatch(/malformed|too-large/)
    }
  })

  it('does not build a document of millions of items before refusing it', () => {
    const zeros = new Uint8Array(4_000_005)
    zeros.set(fromHex('9a003d0900'))
    const refusals = Array.from({ length: 20 }, () => {
      const begin = performance.now()
      expect(codeOf(() => decodeCbor(zeros, 5_000_000))).toBe('too-large')
      return performance.now() - begin
    })
    expect(Math.min(...refusals)).toBeLessThan(10)
  })

  it('takes a large document of few items', () => {
    const large = [new Uint8Array(100_000), 'x'.repeat(70_000), new Map([[1, new Uint8Array(300)]])]
    expect(toHex(encodeCbor(decodeCbor(encodeCbor(large), 200_000)))).toBe(toHex(encodeCbor(large)))
  })

  it('never throws anything but a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = codeOf(() => {
          expect(toHex(encodeCbor(decodeCbor(bytes)))).toBe(toHex(bytes))
        })
        expect(decoded).toMatch(/^(accepted|malformed|not-canonical)$/)
      }),
      { numRuns: 1_000 },
    )
  })
})
