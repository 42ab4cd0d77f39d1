import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase45, encodeBase45 } from './base45.ts'
import { utf8 } from './bytes.ts'
import { codeOf } from '../../test/vectors/outcome.ts'

describe('base45', () => {
  it.each([
    ['AB', 'BB8'],
    ['Hello!!', '%69 VD92EX0'],
    ['base-45', 'UJCLQE7W581'],
    ['ietf!', 'QED8WEX0'],
  ])('RFC 9285 §4.3: %s', (plain, encoded) => {
    expect(encodeBase45(utf8(plain))).toBe(encoded)
    expect(decodeBase45(encoded)).toEqual(utf8(plain))
  })

  it.each(['A', 'abc', 'GGW', 'ZZ', ':::', 'AAAA', 'A_B'])('refuses %s', (text) => {
    expect(codeOf(() => decodeBase45(text))).toBe('malformed')
  })

  it('any bytes come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(decodeBase45(encodeBase45(bytes))).toEqual(bytes)
      }),
    )
  })
})
