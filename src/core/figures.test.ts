import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Country, DAY, HOUR, T0 } from '../../test/law.ts'
import { FigureBook, monthOf, type Figures, type Tally } from './figures.ts'

const nothing = (): boolean => false

function figuresOf(country: Country, isVoid: (index: number) => boolean = nothing): Figures {
  const book = new FigureBook()
  for (const applied of country.applied) book.add(applied)
  return book.figures({ t: country.ledger.t, isVoid })
}

describe('the figures of a log', () => {
  it('count orders by act and reason, and spans by what ended them', () => {
    const country = new Country()
    const hold = country.say('hold', T0)
    const lock = country.say('lock', T0 + 100, { of: hold })
    country.say('found', T0 + 300, { of: lock })
    country.say('release', T0 + 700, { of: lock })
    const wrong = country.say('lock', T0 + 800)
    const undone = country.say('release', T0 + 900, { of: wrong, to: 2 })
    country.say('retire', T0 + 1_000)
    const { total, corrections, untilSeconds } = figuresOf(country)
    expect(untilSeconds).toBe(T0 + 1_000)
    expect(total).toEqual({
      holds: 1,
      locks: 2,
      found: 1,
      releases: { returned: 1, issuedInError: 1, titlePassed: 0, court: 0, holdWithdrawn: 0 },
      retired: 1,
      void: 0,
      lapsed: 0,
      outstanding: { held: 0, stolen: 0, recovered: 0 },
      medianSeconds: {
        holdToLock: 100,
        lockToFound: 200,
        foundToRelease: 400,
        errorToRelease: 100,
      },
    })
    expect(corrections).toEqual([
      { of: wrong, release: undone, act: 'lock', authority: 'zz.force', seconds: 100 },
    ])
  })

  it('tell what is in force at the end of the log from what has ended by itself', () => {
    const country = new Country()
    country.say('hold', T0)
    country.say('hold', T0 + 2 * DAY)
    country.say('lock', T0 + 2 * DAY)
    const found = country.say('lock', T0 + 2 * DAY)
    country.say('found', T0 + 2 * DAY, { of: found })
    const { total } = figuresOf(country)
    expect(total.lapsed).toBe(1)
    expect(total.outstanding).toEqual({ held: 1, stolen: 1, recovered: 1 })
  })

  it('count a lock that replaces a lock as the one in force', () => {
    const country = new Country()
    const first = country.say('lock', T0)
    country.say('found', T0 + 1, { of: first })
    country.say('lock', T0 + 2, { of: first })
    expect(figuresOf(country).total.outstanding).toEqual({ held: 0, stolen: 1, recovered: 0 })
  })

  it('leave out what is void, and count its correction with the time it stood', () => {
    const country = new Country()
    const lock = country.say('lock', T0)
    country.say('release', T0 + HOUR, { of: lock, to: 2 })
    const { total, corrections } = figuresOf(country, (index) => index === lock)
    expect(total).toMatchObject({ locks: 0, void: 1, outstanding: { stolen: 0 } })
    expect(corrections).toMatchObject([{ of: lock, seconds: HOUR }])
  })

  it('put a lock in force again whose release is void', () => {
    const country = new Country()
    const lock = country.say('lock', T0)
    const release = country.say('release', T0 + HOUR, { of: lock })
    const { total } = figuresOf(country, (index) => index === release)
    expect(total).toMatchObject({ locks: 1, void: 1, outstanding: { stolen: 1 } })
    expect(total.releases.returned).toBe(0)
  })

  it('take the lower of two middle values, so that a median was observed', () => {
    const country = new Country()
    const holds = [1, 2, 3, 4].map(() => country.say('hold', T0))
    holds.forEach((of, i) => country.say('lock', T0 + 10 ** i, { of }))
    expect(figuresOf(country).total.medianSeconds.holdToLock).toBe(10)
  })

  it('give an order logged twice once', () => {
    const country = new Country()
    country.say('lock', T0)
    country.repeat(T0 + 1)
    const { total, entries } = figuresOf(country)
    expect(total.locks).toBe(1)
    expect(entries).toMatchObject({ order: 1, repeat: 1 })
  })

  it('sum up: months and authorities give the total', () => {
    const country = new Country()
    const first = country.say('hold', T0)
    const second = country.say('lock', T0 + 40 * DAY)
    country.say('lock', T0 + 40 * DAY)
    country.say('found', T0 + 80 * DAY, { of: second })
    country.say('release', T0 + 80 * DAY, { of: second, to: 2 })
    expect(first).toBeGreaterThan(0)
    const { total, months, authorities } = figuresOf(country)
    expect(months).toHaveLength(3)
    const sums = [
      sum(months),
      sum(authorities.map((one) => one.total)),
      sum(authorities.flatMap((one) => one.months)),
    ]
    for (const counted of sums) expect(counted).toEqual(countsOf(total))
  })
})

/** Everything in a tally that adds up; medians do not. */
const countsOf = (counts: Tally): number[] =>
  [counts.holds, counts.locks, counts.found, counts.retired, counts.void, counts.lapsed].concat(
    Object.values(counts.releases),
    Object.values(counts.outstanding),
  )

function sum(tallies: readonly Tally[]): number[] {
  const rows = tallies.map(countsOf)
  return rows[0]!.map((_, i) => rows.reduce((total, row) => total + row[i]!, 0))
}

describe('the month of log time', () => {
  const civil = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'UTC',
    year: 'numeric',
    month: '2-digit',
  })

  it('is that of the civil calendar in UTC', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (t) => {
        expect(monthOf(t)).toBe(civil.format(t).padStart(7, '0'))
      }),
    )
    expect(monthOf(0)).toBe('1970-01')
    expect(monthOf(951_868_799_999)).toBe('2000-02')
    expect(monthOf(951_868_800_000)).toBe('2000-03')
    expect(monthOf(4_107_542_400_000 - 1)).toBe('2100-02')
    expect(monthOf(4_107_542_400_000)).toBe('2100-03')
  })
})
