import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, T0, lawfulOrder, newKey } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { NOTHING_AFTERWARDS } from './afterwards.ts'
import { ACTS, RULES, STATES, type Act, type State } from './acts.ts'
import { stateInForce, type LoggedOrder } from './in-force.ts'
import { CONTINUES, ENROLLED, lapse, nextState, type DeviceState } from './lifecycle.ts'
import type { Order } from './order.ts'
import { Refusal } from './refusal.ts'

const owner = newKey()
const stranger = newKey()
const make = (act: Act, ctr: number, changes: Partial<Order> = {}) => {
  const auth = act === 'hold' ? 'zz.force/intake' : 'zz.force'
  return lawfulOrder(act, { t: T0, n: ctr, auth, owner, changes: { ctr, ...changes } })
}
const follow = (device: DeviceState, order: Order, index: number, t = T0) =>
  nextState(device, order, index, t * 1000)

/** A device brought lawfully into each state; its order in force stands at index 1. */
function inState(state: State): DeviceState {
  if (state === 'protected') return ENROLLED
  if (state === 'held') return follow(ENROLLED, make('hold', 1), 1)
  const stolen = follow(ENROLLED, make('lock', 1), 1)
  if (state === 'stolen') return stolen
  if (state === 'recovered') return follow(stolen, make('found', 2, { of: 1 }), 2)
  return follow(ENROLLED, make('retire', 1), 1)
}

/** Written out by hand from the table of acts: what follows what. */
const TABLE: Readonly<Record<State, Readonly<Partial<Record<Act, State>>>>> = {
  protected: { hold: 'held', lock: 'stolen', retire: 'retired' },
  held: { lock: 'stolen', release: 'protected' },
  stolen: { found: 'recovered', release: 'protected' },
  recovered: { lock: 'stolen', release: 'protected', retire: 'retired' },
  retired: {},
}

describe('every state, every act', () => {
  it.each(STATES.flatMap((state) => ACTS.map((act) => ({ state, act }))))(
    '$state, $act',
    ({ state, act }) => {
      const device = inState(state)
      const of = device.outstanding && act !== 'hold' ? { of: device.outstanding.index } : {}
      const order = make(act, 5, of)
      const wanted = TABLE[state][act]
      if (wanted === undefined) {
        expect(codeOf(() => follow(device, order, 9))).toBe('wrong-state')
        return
      }
      const after = follow(device, order, 9)
      expect(after).toMatchObject({ state: wanted, ctr: 5 })
      const index = act === 'hold' || act === 'lock' ? 9 : act === 'found' ? 1 : undefined
      expect(after.outstanding?.index).toBe(index)
    },
  )

  it('an order of no device in mind changes nothing it was given', () => {
    const device = inState('stolen')
    const copy = structuredClone(device)
    follow(device, make('found', 2, { of: 1 }), 2)
    codeOf(() => follow(device, make('release', 1, { of: 1 }), 2))
    expect(device).toEqual(copy)
  })
})

describe('A19: an order names the one in force, and counts up', () => {
  it.each([
    ['release', 'stolen'],
    ['release', 'held'],
    ['found', 'stolen'],
    ['retire', 'recovered'],
    ['lock', 'held'],
  ] as const)('%s of another order than that in force (%s)', (act, state) => {
    expect(codeOf(() => follow(inState(state), make(act, 9, { of: 2 }), 9))).toBe('of-mismatch')
  })

  it('retiring a recovered phone as if nothing stood against it', () => {
    expect(codeOf(() => follow(inState('recovered'), make('retire', 9), 9))).toBe('of-mismatch')
  })

  it('retiring a free phone in the name of an order', () => {
    expect(codeOf(() => follow(ENROLLED, make('retire', 9, { of: 3 }), 9))).toBe('of-mismatch')
  })

  it.each([0, 1, 2])('counter %i after counter 2', (ctr) => {
    const device = inState('recovered')
    expect(codeOf(() => follow(device, make('release', ctr, { of: 1 }), 9))).toBe('replay')
  })

  it('a counter may skip: an order in between may have been refused here', () => {
    expect(follow(inState('recovered'), make('release', 40, { of: 1 }), 9).ctr).toBe(40)
  })
})

describe('who may release', () => {
  it.each([
    ['zz.force', 'accepted'],
    ['zz', 'accepted'],
    ['zz.other', 'signer-set'],
    ['zz.forc', 'signer-set'],
    ['zz.force/intake', 'signer-set'],
    ['yy', 'signer-set'],
  ])('a lock by zz.force: %s %s', (auth, code) => {
    const order = make('release', 2, { of: 1, auth })
    expect(codeOf(() => follow(inState('stolen'), order, 9))).toBe(code)
  })

  it('the force that found it as well, of whatever country', () => {
    const stolen = inState('stolen')
    const found = follow(stolen, make('found', 2, { of: 1, auth: 'yy.police' }), 2)
    for (const auth of ['zz.force', 'yy.police', 'yy'])
      expect(follow(found, make('release', 3, { of: 1, auth }), 9).state).toBe('protected')
    const order = make('release', 3, { of: 1, auth: 'yy.other' })
    expect(codeOf(() => follow(found, order, 9))).toBe('signer-set')
  })

  it('with the key the order committed to, and with no other', () => {
    const okey = { salt: new Uint8Array(32), key: owner.key }
    const wrongSalt = make('release', 2, { of: 1, okey })
    expect(codeOf(() => follow(inState('stolen'), wrongSalt, 9))).toBe('owner-key')
    const other = lawfulOrder('release', { t: T0, n: 2, auth: 'zz.force', owner: stranger })
    expect(codeOf(() => follow(inState('stolen'), { ...other, of: 1 }, 9))).toBe('owner-key')
  })

  it('not at all while no owner key stands behind the lock', () => {
    const { okc: _, ...order } = make('lock', 1)
    const stolen = follow(ENROLLED, order, 1)
    expect(codeOf(() => follow(stolen, make('release', 2, { of: 1 }), 9))).toBe('owner-key')
  })
})

describe('A93: a hold at its end', () => {
  const exp = T0 + 3 * DAY
  const held = follow(ENROLLED, make('hold', 1, { exp }), 1)

  it.each([
    [-1, 'held'],
    [0, 'held'],
    [1, 'protected'],
  ])('%i s from exp: %s', (seconds, state) => {
    expect(lapse(held, exp + seconds).state).toBe(state)
  })

  it('is judged alike by the order that follows: the last millisecond still counts', () => {
    const release = make('release', 2, { of: 1 })
    expect(nextState(held, release, 2, exp * 1000 + 999).state).toBe('protected')
    expect(codeOf(() => nextState(held, release, 2, (exp + 1) * 1000))).toBe('wrong-state')
    expect(nextState(held, make('hold', 2), 2, (exp + 1) * 1000).state).toBe('held')
    expect(codeOf(() => nextState(held, make('hold', 2), 2, exp * 1000))).toBe('wrong-state')
  })

  it('keeps its counter after it has lapsed', () => {
    expect(lapse(held, exp + 1)).toEqual({ state: 'protected', ctr: 1, outstanding: null })
  })

  it('a lock never lapses', () => {
    expect(lapse(inState('stolen'), Number.MAX_SAFE_INTEGER).state).toBe('stolen')
  })

  it('A01: a lock that continued a hold is obeyed where the hold has lapsed, or never came', () => {
    const lock = make('lock', 2, { of: 1 })
    expect(follow(lapse(held, exp + 1), lock, 2).state).toBe('stolen')
    expect(follow(ENROLLED, lock, 2).state).toBe('stolen')
  })
})

describe('any sequence of orders', () => {
  const steps = fc.array(
    fc.record({
      act: fc.constantFrom(...ACTS),
      ctr: fc.nat({ max: 30 }),
      of: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
      pause: fc.constantFrom(0, 1, DAY, 4 * DAY),
    }),
    { maxLength: 30 },
  )

  it('keeps to the table, and the counter strictly rises', () => {
    let accepted = 0
    fc.assert(
      fc.property(steps, (sequence) => {
        let device = ENROLLED
        let t = T0
        for (const [i, { act, of, ctr, pause }] of sequence.entries()) {
          t += pause
          // half of them in order, so that many are accepted
          const next = i % 2 === 0 ? device.ctr + 1 : ctr
          const named = i % 3 === 0 ? of : act === 'hold' ? undefined : device.outstanding?.index
          const { of: _, ...order } = make(act, next)
          const said = named === undefined ? order : { ...order, of: named }
          const at = lapse(device, t)
          try {
            const after = follow(device, said, i + 1, t)
            expect(TABLE[at.state][act]).toBe(after.state)
            expect(after.ctr).toBeGreaterThan(device.ctr)
            device = after
            accepted++
          } catch (error) {
            if (!(error instanceof Refusal)) throw error
          }
          const standsOrder = ['held', 'stolen', 'recovered'].includes(device.state)
          expect(device.outstanding !== null).toBe(standsOrder)
        }
      }),
      { numRuns: 300 },
    )
    expect(accepted).toBeGreaterThan(300)
  })

  it('CONTINUES and the rules speak of the same acts', () => {
    for (const act of ACTS) {
      const undoes = RULES[act].from.some((state) => state !== 'protected')
      expect(CONTINUES[act].length > 0).toBe(undoes)
    }
  })
})

describe('what is in force', () => {
  const orders: LoggedOrder[] = [
    { index: 1, t: T0 * 1000, order: make('lock', 1) },
    { index: 2, t: T0 * 1000, order: make('found', 2, { of: 1 }) },
    { index: 3, t: T0 * 1000, order: make('release', 3, { of: 1 }) },
  ]

  it.each([
    [0, 0, 'protected'],
    [2, 2, 'stolen'],
    [2, 3, 'recovered'],
    [2, 4, 'protected'],
    [0, 4, 'protected'],
    [1, 4, 'protected'],
  ])('guardians up to %i, witnesses up to %i: %s', (guarded, plain, state) => {
    expect(stateInForce(orders, { guarded, plain }, NOTHING_AFTERWARDS).state).toBe(state)
  })
})
