import { describe, expect, it } from 'vitest'
import { newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { decodeCbor, type CborValue } from './cbor.ts'
import { readCloneSignal, signCloneSignal, type CloneSignal } from './clone-signal.ts'
import { parseImei14 } from './imei.ts'
import { CLONE_TYPE, parseReport, readSighting } from './sighting.ts'
import { parseSign1, sign1 } from './sign1.ts'

const edge = newKey()
const at = 1_770_000_000
const place = { country: 'ZZ', network: '00101', at }
const signal: CloneSignal = {
  at,
  why: 'travel',
  imei14: parseImei14('00101701000001'),
  subscribers: 2,
  places: [place, { country: 'XB', network: '99901', at: at - 60 }],
}

const codeWith = (change: (map: Map<number, CborValue>) => unknown) => {
  const { payload } = parseSign1(signCloneSignal(signal, edge), CLONE_TYPE)
  const map = decodeCbor(payload) as Map<number, CborValue>
  change(map)
  return codeOf(() => readCloneSignal(sign1(CLONE_TYPE, map, edge), edge.key, verify))
}

describe('a clone signal', () => {
  it.each<Partial<CloneSignal>>([
    {},
    { why: 'subscribers', subscribers: 64, places: [] },
    { places: Array.from({ length: 16 }, () => place) },
  ])('goes round: %o', (changes) => {
    const said = { ...signal, ...changes }
    const encoded = signCloneSignal(said, edge)
    expect(readCloneSignal(encoded, edge.key, verify)).toEqual(said)
    expect(parseReport(encoded).contentType).toBe(CLONE_TYPE)
  })

  it('A66: is signed by its reporter, and is no sighting', () => {
    const encoded = signCloneSignal(signal, edge)
    expect(codeOf(() => readCloneSignal(encoded, newKey().key, verify))).toBe('sighting-signature')
    expect(codeOf(() => readSighting(encoded, edge.key, verify))).toBe('malformed')
  })

  it.each<[string, number, CborValue, string]>([
    ['another version', 1, 2, 'malformed'],
    ['no time', 2, -1, 'malformed'],
    ['a reason of its own', 3, 'keys', 'malformed'],
    ['no IMEI', 4, '0010170100000x', 'imei-digits'],
    ['more subscribers than there are', 5, 1_000_001, 'malformed'],
    ['A65: subscribers by name', 5, ['001010000000001'], 'malformed'],
    ['17 places', 6, Array(17).fill(['ZZ', '00101', at]), 'malformed'],
    ['a way with one end', 6, [['ZZ', '00101', at]], 'malformed'],
    ['A65: a subscriber in place of a network', 6, [['ZZ', '001010000000001', at]], 'malformed'],
    ['a country in small letters', 6, [['zz', '00101', at]], 'malformed'],
    ['A65: a place finer than a network', 6, [['ZZ', '00101', at, 'cell']], 'malformed'],
    ['one more field', 7, 'cell', 'malformed'],
  ])('refuses %s', (_, field, value, code) => {
    expect(codeWith((map) => map.set(field, value))).toBe(code)
  })
})
