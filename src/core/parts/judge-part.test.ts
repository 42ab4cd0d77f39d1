import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes } from '../../../test/law.ts'
import { codeOf } from '../../../test/vectors/outcome.ts'
import { STATES, type State } from '../acts.ts'
import { Refusal } from '../refusal.ts'
import { checkContinues, judgePart, type PartCase } from './judge-part.ts'

const part = bytes(32, 1)
const [host, donor, stranger] = [2, 3, 4].map((fill) => bytes(32, fill)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]
const binding = bytes(32, 5)
const earlier = bytes(32, 6)
const standing = (state: State) => ({ state, authority: 'zz.force', index: 9, until: 100 })
const release = { donor, basis: 'donor', parts: [{ part, binding }] } as const
const free: PartCase = {
  part,
  host,
  isBatchVoid: false,
  tenure: { host: donor, binding },
  donor: standing('protected'),
  release,
  isReleaseUsed: false,
  isMadeTwice: false,
  isDuplicate: false,
}

function outcome(changes: Partial<PartCase>): string {
  try {
    judgePart({ ...free, ...changes })
    return 'granted'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return [error.code, error.facts['why']].filter(Boolean).join(' ')
  }
}

describe('who may have a part', () => {
  it.each([
    ['what its phone released', {}, 'granted'],
    ['a spare', { tenure: null, donor: null, release: null }, 'granted'],
    ['its own', { host: donor, release: null }, 'granted'],
    ['what a retired phone released', { donor: standing('retired') }, 'granted'],
    ['no release', { release: null }, 'part-refused not-released'],
    ['a phone nobody knows', { donor: null }, 'part-refused not-released'],
    ['a held phone', { donor: standing('held') }, 'part-refused donor-held'],
    ['a stolen phone', { donor: standing('stolen') }, 'part-refused donor-stolen'],
    ['a recovered phone', { donor: standing('recovered') }, 'part-refused donor-stolen'],
    [
      'a stolen one, origin unknown',
      { donor: standing('stolen'), tenure: null },
      'part-refused donor-stolen',
    ],
    ['a void batch', { isBatchVoid: true }, 'part-batch-revoked'],
    ['a spare of a void batch', { isBatchVoid: true, tenure: null }, 'part-batch-revoked'],
    ['a used release', { release: null, isReleaseUsed: true }, 'donor-release-used'],
    ['a copy', { release: null, isDuplicate: true }, 'part-duplicate'],
    ['a copy, released: its owner decides', { isDuplicate: true }, 'granted'],
    ['one that its maker gave to two', { isMadeTwice: true }, 'part-duplicate'],
    [
      'a release by another phone',
      { release: { ...release, donor: stranger } },
      'part-refused not-released',
    ],
    [
      'a release out of an earlier binding',
      { release: { ...release, parts: [{ part, binding: earlier }] } },
      'part-refused not-released',
    ],
    [
      'a release of another part',
      { release: { ...release, parts: [{ part: stranger, binding }] } },
      'part-refused not-released',
    ],
  ] satisfies readonly (readonly [string, Partial<PartCase>, string])[])(
    '%s',
    (_, changes, expected) => {
      expect(outcome(changes)).toBe(expected)
    },
  )

  it('says until when a held phone is waited for, and who locked a stolen one', () => {
    const factsOf = (state: State) => {
      try {
        judgePart({ ...free, donor: standing(state) })
      } catch (error) {
        return (error as Refusal).facts
      }
      return null
    }
    expect(factsOf('held')).toEqual({ why: 'donor-held', until: 100 })
    expect(factsOf('stolen')).toEqual({ why: 'donor-stolen', authority: 'zz.force', index: 9 })
  })

  const someHost = fc.constantFrom(host, donor, stranger)
  const cases: fc.Arbitrary<PartCase> = fc.record({
    part: fc.constant(part),
    host: fc.constant(host),
    isBatchVoid: fc.boolean(),
    tenure: fc.option(fc.record({ host: someHost, binding: fc.constantFrom(binding, earlier) })),
    donor: fc.option(fc.constantFrom(...STATES.map(standing))),
    release: fc.option(
      fc.record({
        donor: someHost,
        basis: fc.constant('donor' as const),
        parts: fc.array(
          fc.record({
            part: fc.constantFrom(part, stranger),
            binding: fc.constantFrom(binding, earlier),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    ),
    isReleaseUsed: fc.boolean(),
    isMadeTwice: fc.boolean(),
    isDuplicate: fc.boolean(),
  })

  it('another phone’s part is granted by a release out of its very binding, and by nothing else', () => {
    fc.assert(
      fc.property(cases, (asked) => {
        const { tenure, donor: of, release: shown } = asked
        const isGranted = outcome(asked) === 'granted'
        if (!isGranted || tenure === null || tenure.host === host) return
        expect(of && ['protected', 'retired'].includes(of.state)).toBe(true)
        expect(shown!.donor).toEqual(tenure.host)
        expect(shown!.parts).toContainEqual({ part, binding: tenure.binding })
        expect(asked.isBatchVoid || asked.isMadeTwice).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it('a part of a stolen phone is told as such, whatever else is wrong with it', () => {
    const stolen = fc.constantFrom(standing('stolen'), standing('recovered'))
    fc.assert(
      fc.property(cases, stolen, (asked, of) => {
        const isOwn = asked.tenure?.host === host
        if (!isOwn) expect(outcome({ ...asked, donor: of })).toBe('part-refused donor-stolen')
      }),
    )
  })
})

it('a binding follows the last one, and the first follows none', () => {
  const code = (previous: Uint8Array | null, now: Uint8Array | null) =>
    codeOf(() => checkContinues(previous, now && { host: donor, binding: now }))
  expect(code(binding, binding)).toBe('accepted')
  expect(code(null, null)).toBe('accepted')
  for (const [previous, now] of [
    [earlier, binding],
    [null, binding],
    [binding, null],
  ] as const)
    expect(code(previous, now)).toBe('fields')
})
