import { describe, expect, it } from 'vitest'
import { bytes, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { toHex } from './bytes.ts'
import { decodeCbor, type CborValue } from './cbor.ts'
import { kidOf } from './crypto.ts'
import { parseImei14 } from './imei.ts'
import { readSighting, parseReport, signSighting, type Sighting } from './sighting.ts'
import { parseSign1, sign1 } from './sign1.ts'

const TYPE = 'application/stolen-sighting+cbor'
const edge = newKey()
const sighting: Sighting = {
  id: bytes(16, 1),
  at: 1_770_000_000,
  how: 'attach',
  verdict: 'BLACKLISTED',
  imei: parseImei14('00101701000001'),
  svn: '02',
  country: 'ZZ',
  network: '00101',
  treeSize: 77,
}

const codeWith = (change: (map: Map<number, CborValue>) => unknown) => {
  const map = decodeCbor(parseSign1(signSighting(sighting, edge), TYPE).payload) as Map<
    number,
    CborValue
  >
  change(map)
  return codeOf(() => readSighting(sign1(TYPE, map, edge), edge.key, verify))
}

describe('a sighting', () => {
  it.each<Partial<Sighting>>([
    {},
    { svn: null, network: null },
    { how: 'check' },
    { how: 'part' },
    { how: 'activation' },
  ])('goes round: %o', (changes) => {
    const said = { ...sighting, ...changes }
    const encoded = signSighting(said, edge)
    expect(readSighting(encoded, edge.key, verify)).toEqual(said)
    expect(toHex(parseReport(encoded).kid)).toBe(toHex(kidOf(edge.key)))
  })

  it('A66: is signed by its reporter', () => {
    const encoded = signSighting(sighting, edge)
    expect(codeOf(() => readSighting(encoded, newKey().key, verify))).toBe('sighting-signature')
    const lying = { key: edge.key, sign: (message: Uint8Array) => newKey().sign(message) }
    expect(codeOf(() => readSighting(signSighting(sighting, lying), edge.key, verify))).toBe(
      'sighting-signature',
    )
  })

  it.each<[string, number, CborValue, string]>([
    ['another version', 1, 2, 'malformed'],
    ['a short id', 2, bytes(15, 1), 'malformed'],
    ['no way of being seen', 4, 'heard', 'malformed'],
    ['an empty verdict', 5, '', 'malformed'],
    ['15 digits', 6, '001017010000019', 'malformed'],
    ['no IMEI', 6, '0010170100000x', 'imei-digits'],
    ['a version of one digit', 7, '2', 'malformed'],
    ['a version of letters', 7, 'AB', 'malformed'],
    ['a country in words', 8, 'ZZZ', 'malformed'],
    ['a country in small letters', 8, 'zz', 'malformed'],
    ['a place finer than a network', 11, 'cell 4711', 'malformed'],
    ['a network of 17 characters', 9, '0'.repeat(17), 'malformed'],
  ])('refuses %s', (_, field, value, code) => {
    expect(codeWith((map) => map.set(field, value))).toBe(code)
  })
})
