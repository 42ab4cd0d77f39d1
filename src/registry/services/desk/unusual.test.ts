import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unusualLooks, type Act } from './unusual.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const T = 1_770_000_000_000
const LATER = T + 2 * DAY

const act = (at: number, action: string, caseId: string, rest: Partial<Act> = {}): Act => ({
  who: 'zz.force/a',
  at: T + at,
  action,
  caseId,
  subjectId: `phone of ${caseId}`,
  ...rest,
})
const taken = (at: number, caseId: string, rest: Partial<Act> = {}) => [
  act(at, 'case.take', caseId, rest),
  act(at + 1, 'case.view', caseId, rest),
]
const whys = (acts: readonly Act[], now = LATER) => unusualLooks(acts, now).map(({ why }) => why)

describe('A57: unusual looks', () => {
  it('A57: one phone in several cases, and nothing done in any', () => {
    const phone = { subjectId: 'one phone' }
    const looks = [...taken(0, 'one', phone), ...taken(10, 'two', phone)]
    expect(unusualLooks(looks, LATER)).toEqual([
      { who: 'zz.force/a', why: 'same-phone', about: 'one phone', count: 2, at: T + 11 },
    ])
    // Who decided in one of them worked; a day is given for it.
    for (const deed of ['case.judge', 'case.refuse', 'lock.propose'])
      expect(whys([...looks, act(20, deed, 'two', { subjectId: null })])).toEqual([])
    expect(whys(looks, T + DAY)).toEqual([])
    expect(whys([...taken(0, 'one', phone), ...taken(10, 'one', phone)])).toEqual([])
    const other = { ...phone, who: 'zz.force/b' }
    expect(whys([...taken(0, 'one', phone), ...taken(10, 'two', other)])).toEqual([])
  })

  it('A57: far more cases in an hour than is usual in the force', () => {
    const many = (count: number, every: number) =>
      Array.from({ length: count }, (_, i) => taken(i * every, `case ${i}`)).flat()
    expect(whys(many(19, MINUTE))).toEqual([])
    expect(unusualLooks(many(30, MINUTE), LATER)).toEqual([
      {
        who: 'zz.force/a',
        why: 'many',
        about: expect.any(String),
        count: 20,
        at: T + 19 * MINUTE + 1,
      },
    ])
    expect(whys(many(30, 4 * MINUTE))).toEqual([])
    // The same case twenty times is one case.
    const one = Array.from({ length: 30 }, (_, i) => taken(i * MINUTE, 'one')).flat()
    expect(whys(one)).toEqual([])
    // Where everybody works fast, twenty are few.
    const fast = Array.from({ length: 9 }, (_, n) =>
      Array.from({ length: 30 }, (__, i) =>
        taken(i * 1000, `case ${n}/${i}`, { who: `zz.force/${n}` }),
      ).flat(),
    )
    expect(whys(fast.flat().toSorted((a, b) => a.at - b.at))).toEqual([])
  })

  it('A57: a case that its officer neither opened nor took, said once', () => {
    const looks = [act(0, 'case.view', 'one'), act(1, 'case.view', 'one')]
    expect(unusualLooks(looks, LATER)).toEqual([
      { who: 'zz.force/a', why: 'untaken', about: 'one', count: 1, at: T },
    ])
    expect(whys([act(0, 'case.open', 'one'), act(1, 'case.view', 'one')])).toEqual([])
    expect(whys([act(0, 'draft.view', 'one'), act(1, 'trail.view', 'one')])).toEqual([])
  })

  it('finds nothing twice and breaks on nothing', () => {
    const any = fc.record({
      who: fc.constantFrom('a', 'b'),
      at: fc.integer({ min: T, max: T + DAY }),
      action: fc.constantFrom('case.view', 'case.take', 'case.judge', 'audit.view', ''),
      caseId: fc.option(fc.constantFrom('1', '2', '3')),
      subjectId: fc.option(fc.constantFrom('x', 'y')),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (acts) => {
        const found = unusualLooks(
          acts.toSorted((a, b) => a.at - b.at),
          LATER,
        )
        const keys = found.map(({ who, why, about }) => `${who} ${why} ${about}`)
        expect(new Set(keys).size).toBe(keys.length)
      }),
    )
  })
})
