import { z } from 'zod'
import { withoutImeis } from '../host/index.ts'
import { FEATURES, PROTOCOL, Started } from './protocol.ts'
import type { Case, Level } from './case.ts'
import { caseSetHash } from './cases.ts'
import type { Run } from './runner.ts'

const OUTCOMES = ['passed', 'failed', 'skipped', 'errored'] as const
const LEVELS = ['must', 'should', 'may'] as const satisfies readonly Level[]

/** Passed, and asked at all. */
const Total = z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()])

/** What came of a run: everything a report or a comparison is made of. */
export const Result = z.strictObject({
  suite: z.string().max(32),
  /** SHA-256 over the cases, hex. */
  caseSet: z.string().regex(/^[0-9a-f]{64}$/),
  /** False where only some of the suite's cases were asked: nothing follows from such a run. */
  whole: z.boolean(),
  protocol: z.number().int(),
  /** Null: it never started. */
  implementation: Started.shape.implementation.nullable(),
  /** Optional abilities the device does not claim; the cases about them were skipped. */
  without: z.array(z.string().max(64)).max(64),
  /** UTC, ISO 8601. */
  at: z.iso.datetime(),
  conforms: z.boolean(),
  totals: z.strictObject({ must: Total, should: Total, may: Total }),
  cases: z
    .array(
      z.strictObject({
        id: z.string().max(32),
        level: z.enum(LEVELS),
        outcome: z.enum(OUTCOMES),
        why: z.string().max(512).nullable(),
      }),
    )
    .max(4096),
})
export type Result = z.infer<typeof Result>

/** @param at milliseconds since 1970 */
export function resultOf(run: Run, cases: readonly Case[], about: ResultAbout): Result {
  const { started, results } = run
  const levelOf = new Map(cases.map(({ id, level }) => [id, level]))
  const told = results.map(({ id, outcome, why }) => ({
    id,
    level: levelOf.get(id)!,
    outcome,
    why: why === null ? null : withoutImeis(why).slice(0, 512),
  }))
  const total = (level: Level): [number, number] => {
    const asked = told.filter((one) => one.level === level && one.outcome !== 'skipped')
    return [asked.filter(({ outcome }) => outcome === 'passed').length, asked.length]
  }
  const claimed = new Set<string>(started?.features)
  const isClean = told
    .filter(({ level }) => level === 'must')
    .every(({ outcome }) => outcome === 'passed' || outcome === 'skipped')
  return {
    suite: about.suite,
    caseSet: caseSetHash(cases),
    whole: about.whole,
    protocol: PROTOCOL,
    implementation: started?.implementation ?? null,
    without: Object.keys(FEATURES).filter((feature) => !claimed.has(feature)),
    at: new Date(about.at).toISOString(),
    conforms: about.whole && started !== null && isClean,
    totals: { must: total('must'), should: total('should'), may: total('may') },
    cases: told,
  }
}

export interface ResultAbout {
  readonly suite: string
  readonly whole: boolean
  /** Milliseconds since 1970. */
  readonly at: number
}
