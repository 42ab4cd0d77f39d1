import { describe, expect, it } from 'vitest'
import { bytes, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { concat, utf8 } from './bytes.ts'
import { decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { coseKey, thumbprint } from './crypto.ts'
import { readEat, signEat, type Eat } from './eat.ts'
import { parseImei14 } from './imei.ts'
import { parseSign1, sign1 } from './sign1.ts'

const dak = newKey()
const thief = newKey()
const eat: Eat = {
  nonce: bytes(32, 1),
  dak: dak.key,
  imeis: [parseImei14('00101701000001'), parseImei14('00101701000002')],
  oemId: bytes(16, 7),
  model: utf8('00101701'),
  bootVerified: true,
  bootSeed: bytes(32, 8),
  measured: { key: bytes(32, 9), image: bytes(32, 10) },
  isProtected: true,
  bootCount: 7,
  state: 'stolen',
  ctr: 3,
  outstanding: 12,
  rootVersion: 1,
  owner: bytes(32, 4),
  parts: [{ part: bytes(32, 5), binding: bytes(32, 6) }],
  unbound: ['display', 'modem'],
}

/** The claims of a good token, changed, and signed again. */
const codeWith = (change: (claims: Map<number, CborValue>) => unknown, by = dak) => {
  const good = parseSign1(signEat(eat, dak), 'application/eat+cwt')
  const claims = decodeCbor(good.payload) as Map<number, CborValue>
  change(claims)
  return codeOf(() => readEat(sign1('application/eat+cwt', claims, by), verify))
}

describe('what a phone says about itself, RFC 9711', () => {
  it.each<[string, Partial<Eat>]>([
    ['all of it', {}],
    [
      'one IMEI, no owner, nothing outstanding',
      { imeis: eat.imeis.slice(1), owner: null, outstanding: null },
    ],
    ['unlocked', { bootVerified: false }],
    ['at leaf 0', { outstanding: 0 }],
    ['with parts that are all its own', { unbound: [] }],
  ])('goes round: %s', (_, changes) => {
    const said = { ...eat, ...changes }
    expect(readEat(signEat(said, dak), verify)).toEqual(said)
  })

  it('spells an IMEI as RFC 9711 §4.2.1.1: type 03, then each digit as its value', () => {
    const { payload } = parseSign1(signEat(eat, dak), 'application/eat+cwt')
    const sueids = (decodeCbor(payload) as Map<number, CborValue>).get(257) as Map<
      string,
      CborValue
    >
    expect(sueids.get('imei1')).toEqual(Uint8Array.of(3, 0, 0, 1, 0, 1, 7, 0, 1, 0, 0, 0, 0, 0, 1))
  })

  it('is believed only when signed by the key it names', () => {
    expect(codeWith(() => {}, thief)).toBe('signature')
    const forged = signEat({ ...eat, dak: thief.key }, dak)
    expect(codeOf(() => readEat(forged, verify))).toBe('signature')
    const ueid = concat(Uint8Array.of(1), thumbprint(dak.key))
    const posing = (claims: Map<number, CborValue>) =>
      claims.set(8, new Map([[1, coseKey(thief.key)]])).set(256, ueid)
    expect(codeWith(posing, thief)).toBe('malformed')
  })

  it('A08: debug enabled or boot not authorised is not a verified boot', () => {
    const read = (claim: number, value: number) => {
      const good = parseSign1(signEat(eat, dak), 'application/eat+cwt')
      const claims = decodeCbor(good.payload) as Map<number, CborValue>
      return readEat(sign1('application/eat+cwt', claims.set(claim, value), dak), verify)
        .bootVerified
    }
    expect([0, 1, 2, 3, 4].map((debug) => read(263, debug))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
    expect(read(262, 0)).toBe(false)
  })

  it.each<[string, (claims: Map<number, CborValue>) => unknown, string]>([
    ['another profile', (c) => c.set(265, 'stolen-mode/v2'), 'malformed'],
    ['a short nonce', (c) => c.set(10, bytes(31, 1)), 'malformed'],
    ['no nonce', (c) => c.delete(10), 'malformed'],
    ['a state beyond the list', (c) => c.set(-70201, 5), 'malformed'],
    ['a negative counter', (c) => c.set(-70202, -1), 'malformed'],
    ['outstanding −2', (c) => c.set(-70203, -2), 'malformed'],
    ['an unknown claim', (c) => c.set(999, 1), 'malformed'],
    ['no IMEI', (c) => c.set(257, new Map()), 'malformed'],
    [
      'the second IMEI alone',
      (c) => c.set(257, new Map([['imei2', digits('00101701000001')]])),
      'malformed',
    ],
    [
      'a third IMEI',
      (c) =>
        c.set(257, new Map(['imei1', 'imei2', 'imei3'].map((k) => [k, digits('00101701000001')]))),
      'malformed',
    ],
    [
      'digits as characters',
      (c) => c.set(257, new Map([['imei1', concat(Uint8Array.of(3), bytes(14, 0x30))]])),
      'imei-digits',
    ],
    [
      'a digit of 10',
      (c) => c.set(257, new Map([['imei1', concat(Uint8Array.of(3), bytes(14, 10))]])),
      'imei-digits',
    ],
    [
      'another type of identifier',
      (c) => c.set(257, new Map([['imei1', concat(Uint8Array.of(1), bytes(14, 0))]])),
      'malformed',
    ],
    ['an oemid of 8 bytes', (c) => c.set(258, bytes(8, 1)), 'malformed'],
    ['no oemid beside a hwmodel', (c) => c.delete(258), 'malformed'],
    ['an empty hwmodel', (c) => c.set(259, bytes(0, 1)), 'malformed'],
    ['a hwmodel of 33 bytes', (c) => c.set(259, bytes(33, 1)), 'malformed'],
    ['a bootseed of 31 bytes', (c) => c.set(268, bytes(31, 1)), 'malformed'],
    ['a bootseed of 65 bytes', (c) => c.set(268, bytes(65, 1)), 'malformed'],
    ['no measurements', (c) => c.delete(273), 'malformed'],
    ['two measurements', (c) => c.set(273, [measured(60), measured(60)]), 'malformed'],
    ['measurements as CoSWID', (c) => c.set(273, [measured(258)]), 'malformed'],
    ['a measurement of 31 bytes', (c) => c.set(273, [measured(60, 31)]), 'malformed'],
    ['a short owner', (c) => c.set(-70206, bytes(8, 1)), 'malformed'],
    ['an empty list of places', (c) => c.set(-70208, []), 'malformed'],
    ['a place no phone has', (c) => c.set(-70208, ['antenna']), 'malformed'],
    ['one place twice', (c) => c.set(-70208, ['modem', 'modem']), 'malformed'],
    ['places out of order', (c) => c.set(-70208, ['modem', 'display']), 'malformed'],
  ])('refuses %s', (_, change, code) => {
    expect(codeWith(change)).toBe(code)
  })

  it('is no other document, and bounded', () => {
    const claims = decodeCbor(parseSign1(signEat(eat, dak), 'application/eat+cwt').payload)
    const other = sign1('application/stolen-auth+cbor', claims, dak)
    expect(codeOf(() => readEat(other, verify))).toBe('malformed')
    expect(codeWith((c) => c.set(257, new Map([['imei1', bytes(3_000, 0)]])))).toBe('too-large')
    expect(codeOf(() => readEat(encodeCbor([]), verify))).toBe('malformed')
  })
})

function measured(format: number, size = 32): CborValue {
  return [format, encodeCbor([bytes(32, 9), bytes(size, 10)])]
}

function digits(imei: string): Uint8Array {
  return Uint8Array.of(3, ...Array.from(imei, Number))
}
