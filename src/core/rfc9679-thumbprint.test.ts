import { describe, expect, it } from 'vitest'
import { newKey } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { toHex } from './bytes.ts'
import { encodeCbor, type CborValue } from './cbor.ts'
import { kidOf, parseCoseKey, coseKey, thumbprint } from './crypto.ts'

const alice = newKey()

describe('COSE_Key, RFC 9053 §7.1 and RFC 9679', () => {
  it('goes round, 75 bytes, and its thumbprint begins with the kid', () => {
    const bytes = encodeCbor(coseKey(alice.key))
    expect(bytes.length).toBe(75)
    expect(parseCoseKey(coseKey(alice.key))).toEqual(alice.key)
    expect(toHex(thumbprint(alice.key)).startsWith(toHex(kidOf(alice.key)))).toBe(true)
  })

  it.each<[string, [number, CborValue][]]>([
    [
      'another curve',
      [
        [1, 2],
        [-1, 2],
        [-2, new Uint8Array(32)],
        [-3, new Uint8Array(32)],
      ],
    ],
    [
      'another key type',
      [
        [1, 1],
        [-1, 1],
        [-2, new Uint8Array(32)],
        [-3, new Uint8Array(32)],
      ],
    ],
    [
      'a short coordinate',
      [
        [1, 2],
        [-1, 1],
        [-2, new Uint8Array(31)],
        [-3, new Uint8Array(32)],
      ],
    ],
    [
      'a compressed point',
      [
        [1, 2],
        [-1, 1],
        [-2, new Uint8Array(32)],
      ],
    ],
    [
      'a private part',
      [
        [1, 2],
        [-1, 1],
        [-2, new Uint8Array(32)],
        [-3, new Uint8Array(32)],
        [-4, new Uint8Array(32)],
      ],
    ],
  ])('refuses %s', (_, pairs) => {
    expect(codeOf(() => parseCoseKey(new Map(pairs)))).toBe('malformed')
  })
})
