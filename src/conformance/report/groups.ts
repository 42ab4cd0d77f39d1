import { AREAS, type Area, type Case } from '../case.ts'
import { CASES } from '../cases.ts'
import type { Result } from '../result.ts'
import { DEMANDS } from '../statement.ts'

type Told = Result['cases'][number]

/** Cases that belong together, and how many of those asked passed. */
export interface Group {
  readonly key: string
  readonly name: string
  readonly passed: number
  readonly asked: number
  readonly skipped: number
}

/** The case as this suite has it; a result of another suite may name one that is not there. */
export const caseOf = (id: string): Case | undefined => CASES.find((one) => one.id === id)

const areaOf = (id: string): Area => id.split('-')[1] as Area

export function byArea({
  cases,
}: Result): readonly (Group & { readonly cases: readonly Told[] })[] {
  return Object.entries(AREAS).flatMap(([key, name]) => {
    const own = cases.filter(({ id }) => areaOf(id) === key)
    return own.length === 0 ? [] : [{ ...group(key, name, own), cases: own }]
  })
}

export function byDemand({ cases }: Result): readonly Group[] {
  return Object.entries(DEMANDS)
    .map(([key, name]) =>
      group(
        key,
        name,
        cases.filter(({ id }) => caseOf(id)?.demands.includes(Number(key))),
      ),
    )
    .filter(({ asked, skipped }) => asked + skipped > 0)
}

function group(key: string, name: string, cases: readonly Told[]): Group {
  const asked = cases.filter(({ outcome }) => outcome !== 'skipped')
  const passed = asked.filter(({ outcome }) => outcome === 'passed').length
  return { key, name, passed, asked: asked.length, skipped: cases.length - asked.length }
}

/** The verdict in a sentence. */
export function verdict({ conforms, whole, implementation, totals }: Result): string {
  if (implementation === null) return 'The device never answered.'
  if (!whole) return 'Only some cases were asked: nothing follows from this.'
  const [passed, asked] = totals.must
  if (conforms) return `Conforms: all ${asked} cases that must hold do.`
  return `Does not conform: ${asked - passed} of ${asked} cases that must hold do not.`
}
