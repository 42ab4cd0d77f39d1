import { describe, expect, it } from 'vitest'
import { T0, DAY, bytes, lawfulOrder, newKey } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { ACTS, type Act } from './acts.ts'
import { decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { coseKey } from './crypto.ts'
import { orderPayload, parseOrder, type Order } from './order.ts'

const owner = newKey()
const lawful = (act: Act, changes: Partial<Order> = {}) =>
  lawfulOrder(act, { t: T0, n: 1, auth: 'zz.force', owner, changes })

type Payload = Map<number, CborValue>
const mapOf = (act: Act) => decodeCbor(encodeCbor(orderPayload(lawful(act)))) as Payload
const codeWith = (act: Act, change: (map: Payload) => unknown) => {
  const map = mapOf(act)
  change(map)
  return codeOf(() => parseOrder(encodeCbor(map)))
}

/** trust: orders, the field table. R required, O optional, - forbidden. */
const TABLE: Readonly<Record<number, string>> = {
  9: '- R R O O',
  10: 'R R - - -',
  11: 'R R - - R',
  12: '- O R R O',
  13: '- - - R -',
  14: 'O O - - -',
  15: '- - - R R',
  16: '- - R - -',
  17: '- - R - -',
  18: '- O - - -',
}
const SOME: Readonly<Record<number, CborValue>> = {
  9: bytes(32, 9),
  10: ['passkey', bytes(32, 10)],
  11: 1,
  12: 7,
  13: 1,
  14: bytes(32, 14),
  15: [bytes(32, 15), coseKey(owner.key)],
  16: bytes(32, 16),
  17: 'ZZ',
  18: bytes(32, 18),
}
const cells = Object.entries(TABLE).flatMap(([field, row]) =>
  row.split(' ').map((need, i) => ({ field: Number(field), act: ACTS[i]!, need })),
)

describe('the field table', () => {
  it.each(cells)('field $field in $act: $need', ({ field, act, need }) => {
    const present = codeWith(act, (map) => map.set(field, SOME[field]!))
    const absent = codeWith(act, (map) => map.delete(field))
    expect(present).toBe(need === '-' ? 'fields' : 'accepted')
    expect(absent).toBe(need === 'R' ? 'fields' : 'accepted')
  })

  it.each(ACTS.flatMap((act) => [1, 2, 3, 4, 5, 6, 7, 8].map((field) => ({ act, field }))))(
    'field $field is required in $act',
    ({ act, field }) => {
      expect(codeWith(act, (map) => map.delete(field))).toBe('fields')
    },
  )

  it.each(ACTS)('%s goes round', (act) => {
    const order = lawful(act)
    expect(parseOrder(encodeCbor(orderPayload(order)))).toEqual(order)
  })
})

describe('A55: nothing but one act about one device', () => {
  it.each(['wipe', 'locate', 'read', 'pair', 'LOCK', 'lock ', '*', ''])('act %j', (act) => {
    expect(codeWith('lock', (map) => map.set(2, act))).toBe('fields')
  })

  it.each<[string, number, CborValue]>([
    ['a range of models instead of a device', 5, ['00101701']],
    ['a wildcard device', 5, null],
    ['a short commitment', 5, bytes(31, 1)],
    ['an unknown field', 19, 1],
    ['a text field', -1, 'x'],
    ['another version', 1, 2],
    ['a short id', 3, bytes(15, 1)],
    ['an empty name', 4, ''],
    ['counter 0', 6, 0],
    ['a negative counter', 6, -1],
    ['a counter as text', 6, '1'],
    ['proof of the owner by word', 10, ['word', bytes(32, 1)]],
    ['no hash of the evidence', 10, ['passkey']],
    ['reason 0', 11, 0],
    ['reason 5', 11, 5],
    ['free text as reason', 11, 'because'],
    ['a negative index', 12, -1],
  ])('%s', (_, field, value) => {
    expect(codeWith('lock', (map) => map.set(field, value))).toBe('fields')
  })

  it('closed lists end where they end', () => {
    expect(codeWith('retire', (map) => map.set(11, 3))).toBe('accepted')
    expect(codeWith('retire', (map) => map.set(11, 4))).toBe('fields')
    expect(codeWith('release', (map) => map.set(13, 5))).toBe('accepted')
    expect(codeWith('release', (map) => map.set(13, 6))).toBe('fields')
    expect(codeWith('release', (map) => map.set(13, 0))).toBe('fields')
    for (const country of ['zz', 'ZZZ', 'Z', 'É1', 'Z1'])
      expect(codeWith('found', (map) => map.set(17, country))).toBe('fields')
  })

  it('is a map, and not too long', () => {
    expect(codeOf(() => parseOrder(encodeCbor([1, 'lock'])))).toBe('fields')
    expect(codeOf(() => parseOrder(bytes(2049, 0)))).toBe('too-large')
  })
})

describe('validity', () => {
  it.each<[Act, number]>([
    ['hold', 3 * DAY],
    ['lock', 7 * DAY],
    ['found', 7 * DAY],
    ['release', 7 * DAY],
    ['retire', 7 * DAY],
  ])('%s lasts at most %i s', (act, most) => {
    const code = (exp: number) =>
      codeOf(() => parseOrder(encodeCbor(orderPayload(lawful(act, { exp })))))
    expect(code(T0 + most)).toBe('accepted')
    expect(code(T0 + most + 1)).toBe('window')
    expect(code(T0 + 1)).toBe('accepted')
    expect(code(T0)).toBe('window')
    expect(code(T0 - 1)).toBe('window')
  })
})
