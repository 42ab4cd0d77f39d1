import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import { CapBook, CapCounter, RAISED_CAP_DELAY } from './caps.ts'
import { Refusal } from './refusal.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const T = 1_770_000_000_000

function counterWith(hour: number, day: number) {
  const book = new CapBook()
  book.set('zz', { lock: [hour, day] }, 0, 0)
  const counter = new CapCounter(book)
  const take = (t: number) => {
    counter.check(['zz'], 'lock', t)
    counter.count(['zz'], 'lock', t)
  }
  return { book, counter, take }
}

describe('the window is (t − span, t]', () => {
  it('one hour: an order counts until exactly an hour later', () => {
    const { take } = counterWith(2, 100)
    take(T)
    take(T + 1)
    expect(codeOf(() => take(T + HOUR - 1))).toBe('cap-exceeded')
    take(T + HOUR)
    expect(codeOf(() => take(T + HOUR))).toBe('cap-exceeded')
    take(T + HOUR + 1)
  })

  it('one day, hours apart', () => {
    const { take } = counterWith(10, 3)
    for (const hour of [0, 8, 16]) take(T + hour * HOUR)
    expect(codeOf(() => take(T + DAY - 1))).toBe('cap-exceeded')
    take(T + DAY)
    expect(codeOf(() => take(T + DAY))).toBe('cap-exceeded')
  })

  it('tells which window, whose cap and when it frees', () => {
    const { take } = counterWith(1, 5)
    take(T + 500)
    try {
      take(T + 1000)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal)
      expect((error as Refusal).facts).toEqual({
        authority: 'zz',
        act: 'lock',
        window: 'hour',
        limit: 1,
        freesAtSeconds: Math.ceil((T + 500 + HOUR) / 1000),
      })
    }
  })

  it('a refused order is not counted', () => {
    const { take } = counterWith(1, 2)
    take(T)
    for (let i = 1; i < 10; i++) expect(codeOf(() => take(T + i))).toBe('cap-exceeded')
    take(T + HOUR)
  })

  it('whoever has no cap may do nothing, and each act and name is counted apart', () => {
    const { book, counter, take } = counterWith(1, 1)
    take(T)
    expect(codeOf(() => counter.check(['zz'], 'hold', T))).toBe('cap-exceeded')
    expect(codeOf(() => counter.check(['yy'], 'lock', T))).toBe('cap-exceeded')
    book.set('yy', { lock: [1, 1], hold: [1, 1] }, 0, 0)
    expect(codeOf(() => counter.check(['yy'], 'lock', T))).toBe('accepted')
    expect(codeOf(() => counter.check(['yy', 'zz'], 'lock', T))).toBe('cap-exceeded')
  })

  it('is what counting everything afresh would give', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 5 * HOUR }), { maxLength: 60 })
    fc.assert(
      fc.property(pauses, fc.integer({ min: 0, max: 4 }), fc.nat({ max: 9 }), (list, hour, day) => {
        const { take } = counterWith(hour, day)
        const taken: number[] = []
        let t = T
        for (const pause of list) {
          t += pause
          const now = t
          const within = (span: number) => taken.filter((past) => past > now - span).length + 1
          const free = within(HOUR) <= hour && within(DAY) <= day
          expect(codeOf(() => take(now))).toBe(free ? 'accepted' : 'cap-exceeded')
          if (free) taken.push(now)
        }
      }),
    )
  })

  it('still counts right after thousands of orders', () => {
    const { take } = counterWith(2_000, 2_000)
    for (let day = 0; day < 3; day++) {
      for (let i = 0; i < 2_000; i++) take(T + day * DAY + i)
      expect(codeOf(() => take(T + day * DAY + 2_000))).toBe('cap-exceeded')
    }
  })
})

describe('a cap in view', () => {
  it('says of each window what is used, and when one more is possible', () => {
    const { take, counter } = counterWith(2, 3)
    const at = (t: number) => counter.windows('zz', 'lock', t)
    expect(at(T)).toEqual([
      { window: 'hour', limit: 2, used: 0, freesAtSeconds: null },
      { window: 'day', limit: 3, used: 0, freesAtSeconds: null },
    ])
    take(T)
    take(T + 1)
    expect(at(T + 2)[0]).toMatchObject({ used: 2, freesAtSeconds: T / 1000 + 3_600 })
    expect(at(T + 2)[1]).toMatchObject({ used: 2, freesAtSeconds: null })
    expect(at(T + HOUR)[0]).toMatchObject({ used: 1, freesAtSeconds: null })
    expect(counter.windows('zz', 'hold', T)[0]).toEqual({
      window: 'hour',
      limit: 0,
      used: 0,
      freesAtSeconds: 0,
    })
    expect(counter.windows('zz', 'lock', T, 10)[0]).toMatchObject({ limit: 1 })
  })

  it('shows a rise that waits, and none where a certificate was only renewed', () => {
    const book = new CapBook()
    book.set('zz', { lock: [10, 30] }, 0, 0)
    book.set('zz', { lock: [10, 30] }, T, RAISED_CAP_DELAY)
    expect(book.rise('zz', 'lock', T)).toBeNull()
    book.set('zz', { lock: [10, 60] }, T, RAISED_CAP_DELAY)
    expect(book.rise('zz', 'lock', T)).toEqual({ from: T + RAISED_CAP_DELAY, cap: [10, 60] })
    expect(book.rise('zz', 'lock', T + RAISED_CAP_DELAY)).toBeNull()
  })
})

describe('a changed cap', () => {
  it('raised: counts from seven days on, not a millisecond earlier', () => {
    const book = new CapBook()
    book.set('zz', { lock: [10, 30] }, 0, 0)
    book.set('zz', { lock: [20, 60] }, T, RAISED_CAP_DELAY)
    expect(book.at('zz', 'lock', T)).toEqual([10, 30])
    expect(book.at('zz', 'lock', T + 7 * DAY - 1)).toEqual([10, 30])
    expect(book.at('zz', 'lock', T + 7 * DAY)).toEqual([20, 60])
  })

  it('lowered: counts at once', () => {
    const book = new CapBook()
    book.set('zz', { lock: [10, 30] }, 0, 0)
    book.set('zz', { lock: [5, 30] }, T, RAISED_CAP_DELAY)
    expect(book.at('zz', 'lock', T - 1)).toEqual([10, 30])
    expect(book.at('zz', 'lock', T)).toEqual([5, 30])
    book.set('zz', {}, T + 1, RAISED_CAP_DELAY)
    expect(book.at('zz', 'lock', T + 1)).toEqual([0, 0])
  })

  it('one half up, one half down: the lower at once, the higher later', () => {
    const book = new CapBook()
    book.set('zz', { lock: [10, 30] }, 0, 0)
    book.set('zz', { lock: [20, 20] }, T, RAISED_CAP_DELAY)
    expect(book.at('zz', 'lock', T)).toEqual([10, 20])
    expect(book.at('zz', 'lock', T + 7 * DAY)).toEqual([20, 20])
  })

  it('taken back while it waits: never counts', () => {
    const book = new CapBook()
    book.set('zz', { lock: [10, 30] }, 0, 0)
    book.set('zz', { lock: [20, 60] }, T, RAISED_CAP_DELAY)
    book.set('zz', { lock: [10, 30] }, T + DAY, RAISED_CAP_DELAY)
    expect(book.at('zz', 'lock', T + 30 * DAY)).toEqual([10, 30])
  })

  it('the first: from seven days on; in the founding ceremony at once', () => {
    const book = new CapBook()
    book.set('new', { hold: [1, 2] }, T, RAISED_CAP_DELAY)
    book.set('founder', { hold: [1, 2] }, T, 0)
    expect(book.at('new', 'hold', T + 7 * DAY - 1)).toEqual([0, 0])
    expect(book.at('new', 'hold', T + 7 * DAY)).toEqual([1, 2])
    expect(book.at('founder', 'hold', T)).toEqual([1, 2])
  })
})
