import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import type { LoggedOrder } from './in-force.ts'
import {
  FACTORS,
  SECOND_FACTOR_WITHIN,
  SHORTEST_WAIT,
  USED_WITHIN,
  WAITING_ACTS,
  WAIT_AFTER_CANCELLED,
  awaitsWitnesses,
  cancelled,
  confirmed,
  demandReady,
  done,
  isOpen,
  requested,
  stageOf,
  stoppedBy,
  waitFor,
  type Factor,
  type Wait,
  type WaitingAct,
} from './waiting-act.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const T = 1_770_000_000_000

/** Both clocks say the same. */
const at = (ms: number) => ({ clock: ms, cosigned: ms })

const asked = { act: 'reset', first: 'phone', afterOrder: -1 } as const

const ask = (act: WaitingAct = 'reset', now = T, before: Wait | null = null) =>
  requested(before, { act, first: 'phone', afterOrder: -1 }, at(now))

const order = (act: string, index: number, t: number) =>
  ({ index, t, order: { act } }) as unknown as LoggedOrder

describe('one request', () => {
  it('A03: waits for its second factor, then for its time, to the millisecond', () => {
    const { wait } = ask()
    expect(stageOf(wait, at(T))).toBe('requested')
    expect(codeOf(() => demandReady(wait, at(T + 2 * HOUR)))).toBe('second-factor-needed')
    const both = confirmed(wait, 'owner-key', at(T + HOUR))
    const ready = T + HOUR + DAY
    expect(stageOf(both, at(ready - 1))).toBe('pending')
    expect(codeOf(() => done(both, at(ready - 1)))).toBe('reset-pending')
    expect(stageOf(both, at(ready))).toBe('ready')
    expect(stageOf(done(both, at(ready)), at(ready))).toBe('done')
    expect(codeOf(() => done(done(both, at(ready)), at(ready)))).toBe('reset-cancelled')
    expect(stageOf(both, at(ready + USED_WITHIN))).toBe('ready')
    expect(codeOf(() => done(both, at(ready + USED_WITHIN + 1)))).toBe('reset-cancelled')
    expect(stageOf(wait, at(T + SECOND_FACTOR_WITHIN))).toBe('requested')
    expect(codeOf(() => confirmed(wait, 'owner-key', at(T + SECOND_FACTOR_WITHIN + 1)))).toBe(
      'reset-cancelled',
    )
  })

  it('A26: a card starts and confirms nothing, and no factor counts twice', () => {
    const { wait } = ask()
    expect(codeOf(() => confirmed(wait, 'card', at(T)))).toBe('proof-too-weak')
    const byCard = { act: 'reset', first: 'card', afterOrder: -1 } as const
    expect(codeOf(() => requested(null, byCard, at(T)))).toBe('proof-too-weak')
    expect(codeOf(() => confirmed(wait, 'phone', at(T)))).toBe('second-factor-needed')
    const both = confirmed(wait, 'counter', at(T))
    expect(codeOf(() => confirmed(both, 'counter', at(T)))).toBe('wrong-state')
    expect(FACTORS.filter((factor) => /sms|text|call|mail|code/.test(factor))).toEqual([])
  })

  it('a maker may choose less, and nobody less than an hour or more than a day', () => {
    expect(waitFor('reset', false)).toBe(DAY)
    expect(waitFor('transfer', false)).toBe(HOUR)
    expect(waitFor('reset', false, 2 * HOUR)).toBe(2 * HOUR)
    for (const chosen of [0, 1, -DAY, HOUR - 1]) expect(waitFor('reset', false, chosen)).toBe(HOUR)
    expect(waitFor('unprotect', false, 90 * DAY)).toBe(DAY)
    expect(waitFor('transfer', true, HOUR)).toBe(DAY)
  })

  it('A06: a hold or lock logged since ends it, one from before does not, nor any other act', () => {
    const wait = confirmed(
      requested(null, { act: 'reset', first: 'phone', afterOrder: 7 }, at(T)).wait,
      'counter',
      at(T),
    )
    for (const act of ['hold', 'lock']) {
      const stopped = stoppedBy(wait, [order(act, 7, T), order(act, 9, T + HOUR)], at(T + 9 * DAY))
      expect(stopped.end).toEqual({ how: 'cancelled', at: T + HOUR })
      expect(codeOf(() => demandReady(stopped, at(T + 2 * DAY)))).toBe('reset-cancelled')
      expect(stoppedBy(wait, [order(act, 7, T)], at(T + 9 * DAY))).toEqual(wait)
    }
    expect(
      stoppedBy(wait, [order('found', 9, T), order('release', 10, T)], at(T + 9 * DAY)),
    ).toEqual(wait)
    const over = done(wait, at(T + DAY))
    expect(stoppedBy(over, [order('lock', 9, T + 2 * DAY)], at(T + 9 * DAY))).toEqual(over)
    expect(
      codeOf(() =>
        demandReady(
          { ...stoppedBy(wait, [order('lock', 9, T)], at(T + 9 * DAY)), act: 'transfer' },
          at(T),
        ),
      ),
    ).toBe('transfer-cancelled')
  })
})

describe('A05: what time it is', () => {
  const TEN_YEARS = 3_652 * DAY
  const { wait } = ask()

  it('a clock set forward or back ends no wait before the witnesses say that its day is over', () => {
    for (const off of [-TEN_YEARS, -DAY, 0, DAY, TEN_YEARS]) {
      const times = (hours: number) => ({
        clock: T + off + hours * HOUR,
        cosigned: T + hours * HOUR,
      })
      const pending = confirmed(wait, 'owner-key', at(T))
      expect(codeOf(() => demandReady(pending, times(23)))).toBe('reset-pending')
      expect(codeOf(() => demandReady(pending, times(24)))).toBe(
        off < 0 ? 'reset-pending' : 'accepted',
      )
      expect(awaitsWitnesses(pending, times(23))).toBe(off > 0)
      // Begun under the false clock: never a day shorter by the witnesses'.
      const begun = confirmed(requested(null, asked, times(0)).wait, 'owner-key', times(0))
      expect(begun.readyAt).toBe(T + Math.max(0, off) + DAY)
      const before = { ...times(0), cosigned: T + DAY - 1_000 }
      expect(codeOf(() => demandReady(begun, before))).toBe('reset-pending')
    }
  })

  it('witnesses that have said nothing end none, nor do witnesses who lie alone', () => {
    const pending = confirmed(wait, 'owner-key', at(T))
    for (const times of [
      { clock: T + 2 * DAY, cosigned: 0 },
      { clock: T + HOUR, cosigned: T + TEN_YEARS },
    ])
      expect(codeOf(() => demandReady(pending, times))).toBe('reset-pending')
  })

  it('a hold that a false clock has stamped years ahead ends it all the same', () => {
    const pending = confirmed(wait, 'owner-key', at(T))
    const times = { clock: T + TEN_YEARS, cosigned: T + HOUR }
    const stopped = stoppedBy(pending, [order('hold', 3, T + TEN_YEARS)], times)
    expect(stopped.end).toMatchObject({ how: 'cancelled' })
    expect(codeOf(() => demandReady(stopped, at(T + 2 * DAY)))).toBe('reset-cancelled')
  })
})

type Step =
  | {
      readonly do: 'request'
      readonly act: WaitingAct
      readonly first: Factor
      readonly chosen: number
    }
  | { readonly do: 'confirm'; readonly second: Factor }
  | { readonly do: 'cancel' | 'finish' | 'lock' }

const step: fc.Arbitrary<readonly [number, Step]> = fc.tuple(
  fc.integer({ min: 0, max: 30 * HOUR }),
  fc.oneof(
    fc.record({
      do: fc.constant('request' as const),
      act: fc.constantFrom(...WAITING_ACTS),
      first: fc.constantFrom(...FACTORS),
      chosen: fc.integer({ min: -DAY, max: 3 * DAY }),
    }),
    fc.record({ do: fc.constant('confirm' as const), second: fc.constantFrom(...FACTORS) }),
    fc.record({ do: fc.constantFrom('cancel' as const, 'finish' as const, 'lock' as const) }),
  ),
)

/** As an owner does it who waits long enough; what stands between two of them is chance. */
const whole: fc.Arbitrary<(readonly [number, Step])[]> = fc
  .record({ act: fc.constantFrom(...WAITING_ACTS), chosen: fc.integer({ min: 0, max: DAY }) })
  .map((wanted) => [
    [0, { do: 'request', first: 'phone', ...wanted }],
    [HOUR, { do: 'confirm', second: 'owner-key' }],
    [DAY, { do: 'finish' }],
  ])

const story = fc
  .array(
    fc.oneof(
      step.map((one) => [one]),
      whole,
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.flat())

describe('any sequence of steps', () => {
  it('A03, A04, A06: does nothing without two kinds of strong proof, an hour, and no order between', () => {
    let finished = 0
    fc.assert(
      fc.property(story, (steps) => {
        let now = T
        const known: { wait: Wait | null } = { wait: null }
        let second: { by: Factor; at: number } | null = null
        let floor = 0
        const orders: LoggedOrder[] = []
        let isCautious = false
        for (const [later, one] of steps) {
          now += later
          const before = known.wait && stoppedBy(known.wait, orders, at(now))
          if (before?.end?.how === 'cancelled') isCautious = true
          const act = () => {
            if (one.do === 'lock') return void orders.push(order('lock', orders.length, now))
            if (one.do === 'request') {
              const wanted = { ...one, afterOrder: orders.length - 1 }
              const made = requested(before, wanted, at(now))
              if (before && isOpen(before, at(now))) {
                expect(made.before?.end).toEqual({ how: 'replaced', at: now })
                floor = Math.max(floor, before.readyAt ?? 0)
              } else floor = 0
              known.wait = made.wait
              second = null
            } else if (before === null) return undefined
            else if (one.do === 'confirm') {
              const wait = confirmed(before, one.second, at(now))
              known.wait = wait
              second = { by: one.second, at: now }
              expect(wait.readyAt).toBeGreaterThanOrEqual(now + SHORTEST_WAIT)
              expect(wait.readyAt).toBeGreaterThanOrEqual(floor)
              if (isCautious)
                expect(wait.readyAt).toBeGreaterThanOrEqual(now + WAIT_AFTER_CANCELLED)
            } else if (one.do === 'cancel') known.wait = cancelled(before, at(now))
            else {
              known.wait = done(before, at(now))
              finished++
              isCautious = false
              expect(second).not.toBeNull()
              expect(
                [before.first, second!.by].every((by) =>
                  ['phone', 'owner-key', 'counter'].includes(by),
                ),
              ).toBe(true)
              expect(second!.by).not.toBe(before.first)
              expect(now - second!.at).toBeGreaterThanOrEqual(SHORTEST_WAIT)
              expect(orders.every(({ t }) => t <= before.requestedAt)).toBe(true)
            }
            return undefined
          }
          expect([
            'accepted',
            'second-factor-needed',
            'reset-pending',
            'reset-cancelled',
            'transfer-pending',
            'transfer-cancelled',
            'proof-too-weak',
            'wrong-state',
          ]).toContain(codeOf(act))
        }
      }),
      { numRuns: 2_000 },
    )
    expect(finished).toBeGreaterThan(50)
  })
})
