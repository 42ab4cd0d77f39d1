import { describe, expect, it } from 'vitest'
import { parseImei14, parseSerial, type State } from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import { referenceBy } from './boot.ts'
import { EMERGENCY_NUMBERS, gate, mayCall, type ScreenKind } from './gate.ts'
import { blankRecord, type StoreRecord } from './secure-store.ts'

const factory = {
  imeis: [parseImei14('00101701000001')],
  serial: parseSerial('SM-TEST-0001'),
  root: new Uint8Array(1),
  parts: [],
  ...referenceBy(generateEs256().signer),
}
const EXP = 1_000_000
const order = { index: 7, auth: 'zz.force', foundBy: null, okc: null, exp: EXP }

function record(state: State, changes: Partial<StoreRecord> = {}): StoreRecord {
  const act = state === 'held' ? 'hold' : 'lock'
  const outstanding =
    state === 'protected' || state === 'retired' ? null : ({ ...order, act } as const)
  return { ...blankRecord(factory), device: { state, ctr: 1, outstanding }, ...changes }
}

describe('the boot gate', () => {
  it.each([
    ['protected, set up', record('protected'), true, false, 'home'],
    ['protected after a reset', record('protected'), false, false, 'activation-needed'],
    ['held', record('held'), true, false, 'held'],
    ['held, opened by its owner', record('held'), true, true, 'home'],
    ['held, wiped, opened by its owner', record('held'), false, true, 'activation-needed'],
    ['stolen', record('stolen'), true, false, 'stolen'],
    ['stolen, opened before', record('stolen'), true, true, 'stolen'],
    ['stolen and wiped', record('stolen'), false, false, 'stolen'],
    ['recovered', record('recovered'), true, true, 'recovered'],
    ['retired', record('retired'), true, true, 'retired'],
    ['an unreadable store', null, true, true, 'activation-needed'],
  ] as const)('shows for %s', (_, store, activated, opened, kind) => {
    expect(gate(store, activated, opened).kind).toBe(kind)
  })

  it('names authority, log index, how to reach it, and until when a hold lasts', () => {
    const contact = { tel: '+442079460100', url: null }
    expect(gate(record('held', { contact, message: 'needed' }), true, false)).toEqual({
      kind: 'held',
      authority: 'zz.force',
      index: 7,
      until: EXP,
      contact,
      message: 'needed',
      language: null,
      reference: null,
    })
    expect(gate(record('stolen'), true, false)).toMatchObject({ until: null, index: 7 })
  })

  it('names the force that found a recovered phone, and the last order of a retired one', () => {
    const outstanding = { ...order, act: 'lock', foundBy: 'yy.force' } as const
    const found = record('recovered', { device: { state: 'recovered', ctr: 2, outstanding } })
    expect(gate(found, true, false)).toMatchObject({ authority: 'yy.force', index: 7 })
    const retired = record('retired', { last: { auth: 'zz.recycler', index: 9 } })
    expect(gate(retired, true, false)).toMatchObject({ authority: 'zz.recycler', index: 9 })
  })

  it.each([
    [EXP - 1, 'held'],
    [EXP, 'held'],
    [EXP + 1, 'home'],
  ])('A93 a hold at T = %i shows %s', (now, kind) => {
    expect(gate(record('held', { now }), true, false).kind).toBe(kind)
  })

  it('lets a lock stand whatever T says', () => {
    expect(gate(record('stolen', { now: EXP * 1000 }), true, false).kind).toBe('stolen')
  })
})

describe('the dialler', () => {
  const closed: ScreenKind[] = ['held', 'stolen', 'recovered', 'retired', 'activation-needed']

  it('A33 passes emergency numbers on every screen, and nothing else unless open', () => {
    for (const kind of closed) {
      for (const number of EMERGENCY_NUMBERS) expect(mayCall(number, kind)).toBe(true)
      for (const number of ['', '1', '1120', '112,0044', '*#06#', '+44112', '020 7946 0000'])
        expect(mayCall(number, kind)).toBe(false)
    }
    expect(mayCall('020 7946 0000', 'home')).toBe(true)
  })
})
