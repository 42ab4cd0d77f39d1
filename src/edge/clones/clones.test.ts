import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseImei14, type CloneSignal, type ListedState, type Place } from '../../core/index.ts'
import { machine } from '../../host/index.ts'
import { makeJudge, type Judge } from '../checks.ts'
import { Clones } from './clones.ts'
import type { ReRegistration } from './re-registrations.ts'

const HOUR = 3_600_000
const START = 1_790_000_000_000
const phone = (serial: number) => parseImei14(`00101701${String(serial).padStart(6, '0')}`)
const subscriber = (n: number) => `00101${String(n).padStart(10, '0')}`
const at = (peer: string, network = '00101') => ({ peer, country: 'XA', network })
/** What a person needs between networks whose names begin differently: an hour. */
const travelSeconds = (from: Place, to: Place) => (from.network[0] === to.network[0] ? 0 : 3_600)

let now: number
let listed: Map<string, ListedState>
let clones: Clones
let judge: Judge
let events: ReRegistration[]
let signals: CloneSignal[]

function start(isOn: boolean) {
  now = START
  listed = new Map()
  events = []
  signals = []
  clones = new Clones({
    isOn,
    clock: () => now,
    random: machine.random,
    travelSeconds,
    onReRegistration: (event) => void events.push(event),
    onSignal: (signal) => void signals.push(signal),
  })
  judge = makeJudge({
    unknown: 'whitelist',
    isReady: () => true,
    stateOf: (imei14) => listed.get(imei14),
    onSeen: () => undefined,
    onAnswered: clones.answered,
  })
}

const ask = (serial: number, imsi: string | null, asker = at('mme-1')) =>
  judge({ imei14: phone(serial), svn: null, imsi, asker })

function lock(serial: number) {
  listed.set(phone(serial), 'stolen')
  clones.locked(phone(serial))
}

beforeEach(() => start(false))

describe('a lock for a phone that is attached', () => {
  test('that was held raises an event, without its subscriber', () => {
    listed.set(phone(1), 'held')
    ask(1, subscriber(1))
    now += 3 * HOUR
    lock(1)
    const lastSeen = START / 1000
    expect(events).toEqual([{ imei14: phone(1), peer: 'mme-1', lastSeen, imsi: null }])
  })

  test('A65 that no list named raises none: nothing was remembered of it', () => {
    ask(1, subscriber(1))
    lock(1)
    expect(events).toEqual([])
  })

  test('where the operator remembers, it raises one for each subscriber, newest first', () => {
    start(true)
    ask(1, subscriber(1), at('mme-1'))
    now += HOUR
    ask(1, subscriber(2), at('mme-2'))
    ask(1, subscriber(2), at('mme-3'))
    lock(1)
    expect(events).toEqual([
      { imei14: phone(1), peer: 'mme-3', lastSeen: (START + HOUR) / 1000, imsi: subscriber(2) },
      { imei14: phone(1), peer: 'mme-1', lastSeen: START / 1000, imsi: subscriber(1) },
    ])
  })

  test('after a day there is nothing left to raise', () => {
    start(true)
    ask(1, subscriber(1))
    now += 24 * HOUR
    lock(1)
    expect(events).toEqual([])
  })

  test('of a clone with many subscribers the newest four are named', () => {
    start(true)
    for (let n = 1; n <= 9; n++) ask(1, subscriber(n))
    lock(1)
    expect(events.map(({ imsi }) => imsi)).toEqual([9, 8, 7, 6].map(subscriber))
  })
})

describe('locked phones still attached', () => {
  test('are those that were called and have not been refused since', () => {
    start(true)
    for (const serial of [1, 2, 3]) ask(serial, subscriber(serial))
    lock(1)
    lock(2)
    expect(clones.stillAttached).toBe(2)
    ask(1, subscriber(1), at('mme-9'))
    expect(clones.stillAttached).toBe(1)
    now += 24 * HOUR
    expect(clones.stillAttached).toBe(0)
  })

  test('a clone refused takes no other with it', () => {
    start(true)
    ask(1, subscriber(1))
    ask(1, subscriber(2))
    lock(1)
    ask(1, subscriber(2))
    expect(clones.stillAttached).toBe(1)
    ask(1, subscriber(1))
    expect(clones.stillAttached).toBe(0)
  })

  test('without subscribers any refusal of the number says that it is out', () => {
    listed.set(phone(1), 'held')
    ask(1, null)
    lock(1)
    expect(clones.stillAttached).toBe(1)
    ask(1, subscriber(1), at('mme-2'))
    expect(clones.stillAttached).toBe(0)
  })
})

describe('A13 a number worn by many', () => {
  test('is a signal at four subscribers, and again at each doubling', () => {
    listed.set(phone(1), 'held')
    for (let n = 1; n <= 20; n++) for (let again = 0; again < 3; again++) ask(1, subscriber(n))
    const at = START / 1000
    const signal = (subscribers: number) => ({
      at,
      why: 'subscribers',
      imei14: phone(1),
      subscribers,
      places: [{ country: 'XA', network: '00101', at }],
    })
    expect(signals).toEqual([4, 8, 16].map(signal))
  })

  test('counts over a day, and no subscriber twice', () => {
    listed.set(phone(1), 'stolen')
    for (let n = 1; n <= 3; n++) {
      ask(1, subscriber(n))
      now += HOUR
      ask(1, subscriber(1))
    }
    expect(signals).toEqual([])
    ask(1, subscriber(4))
    expect(signals).toHaveLength(1)
    now += 24 * HOUR
    for (let n = 5; n <= 7; n++) ask(1, subscriber(n))
    expect(signals).toHaveLength(1)
  })

  test('is noticed of unlisted numbers only where the operator remembers attaches', () => {
    const crowd = () => {
      for (let n = 1; n <= 4; n++) ask(1, subscriber(n))
      return signals.length
    }
    expect(crowd()).toBe(0)
    start(true)
    expect(crowd()).toBe(1)
  })

  test('that shows no subscribers is not counted', () => {
    listed.set(phone(1), 'held')
    for (let n = 0; n < 10; n++) ask(1, null)
    expect(signals).toEqual([])
  })
})

describe('A13 a number in networks too far apart', () => {
  beforeEach(() => listed.set(phone(1), 'held'))

  test('is a signal while nobody could have travelled', () => {
    ask(1, subscriber(1), at('mme-1', '00101'))
    now += HOUR - 1_000
    ask(1, subscriber(2), at('mme-2', '99901'))
    const place = (network: string, at: number) => ({ country: 'XA', network, at: at / 1000 })
    expect(signals).toEqual([
      {
        at: now / 1000,
        why: 'travel',
        imei14: phone(1),
        subscribers: 2,
        places: [place('99901', now), place('00101', START)],
      },
    ])
  })

  test('and none an hour later, or next door', () => {
    ask(1, subscriber(1), at('mme-1', '00101'))
    ask(1, subscriber(2), at('mme-2', '00102'))
    now += HOUR
    ask(1, subscriber(2), at('mme-3', '99901'))
    expect(signals).toEqual([])
  })

  test('once for each network and hour, however often it is asked about', () => {
    for (let i = 0; i < 10; i++) {
      ask(1, subscriber(1), at('mme-1', '00101'))
      ask(1, subscriber(2), at('mme-2', '99901'))
    }
    expect(signals.map(({ why }) => why)).toEqual(['travel'])
  })
})

test('A65 no signal ever holds a subscriber, and no event does unless attaches are remembered', () => {
  const question = fc.record({
    serial: fc.integer({ min: 1, max: 3 }),
    imsi: fc.option(fc.integer({ min: 1, max: 40 })),
    peer: fc.constantFrom(at('mme-1', '00101'), at('mme-2', '99901')),
    after: fc.integer({ min: 0, max: HOUR }),
    isLock: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(question, { maxLength: 80 }), fc.boolean(), (questions, isOn) => {
      start(isOn)
      listed.set(phone(1), 'held')
      for (const { serial, imsi, peer, after, isLock } of questions) {
        now += after
        ask(serial, imsi === null ? null : subscriber(imsi), peer)
        if (isLock) lock(serial)
      }
      const said = JSON.stringify(isOn ? signals : [signals, events])
      expect(said).not.toMatch(/00101[0-9]{10}/)
      for (const { lastSeen } of events) expect(now / 1000 - lastSeen).toBeLessThan(86_400)
    }),
  )
})
