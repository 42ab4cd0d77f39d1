/** One row of the trail, as far as the rule needs it. Time in ms. */
export interface Act {
  readonly who: string
  readonly at: number
  readonly action: string
  readonly caseId: string | null
  readonly subjectId: string | null
}

/**
 * Why looks are unusual. `same-phone`: at one phone in several cases, and nothing was done in any; `many`: at far more
 * cases in an hour than is usual for the others of the force; `untaken`: at a case that its officer never opened or took.
 */
export type WhyUnusual = 'same-phone' | 'many' | 'untaken'

/** Looks to be asked about. */
export interface Unusual {
  readonly who: string
  readonly why: WhyUnusual
  /** Subject, day since 1970, or case: of each there is one at most. */
  readonly about: string
  /** Cases looked at. */
  readonly count: number
  /** When it was complete, ms. */
  readonly at: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Looks at what a case holds. A draft is looked at in order to sign it, and is no look for its own sake. */
export const LOOKS: readonly string[] = [
  'case.view',
  'case.sightings',
  'appeal.view',
  'identity.view',
]
const TAKES: readonly string[] = ['case.open', 'case.take']
const NO_DEED: readonly string[] = [...LOOKS, ...TAKES, 'draft.view', 'request.view']
/** In an hour: fewer are nobody's business, however quiet the force is. */
const FEW = 20
const TIMES_USUAL = 5
/** So long an officer has to do something about what he looked at. */
const TIME_TO_ACT = DAY

/** What is unusual in a force's trail. @param acts in order of time; @param now ms */
export function unusualLooks(acts: readonly Act[], now: number): readonly Unusual[] {
  const byOfficer = grouped(acts, ({ who }) => who)
  const hours = [...byOfficer].flatMap(([who, own]) =>
    [...grouped(looksIn(own), ({ at }) => Math.floor(at / HOUR)).values()].map((looks) => ({
      who,
      cases: casesOf(looks),
    })),
  )
  return [...byOfficer].flatMap(([who, own]) => {
    const usual = median(hours.filter((hour) => hour.who !== who).map(({ cases }) => cases))
    const most = Math.max(FEW, TIMES_USUAL * usual)
    return [...samePhone(own, now), ...tooMany(own, most), ...untaken(own)]
  })
}

type Look = Act & { readonly caseId: string }

const looksIn = (acts: readonly Act[]) =>
  acts.filter((act): act is Look => act.caseId !== null && LOOKS.includes(act.action))

const casesOf = (looks: readonly Look[]) => new Set(looks.map(({ caseId }) => caseId)).size

function* samePhone(own: readonly Act[], now: number): Generator<Unusual> {
  const done = new Set(own.filter(({ action }) => !NO_DEED.includes(action)).map((a) => a.caseId))
  for (const [about, looks] of grouped(looksIn(own), ({ subjectId }) => subjectId)) {
    const count = casesOf(looks)
    const last = looks.at(-1)!
    const isOver = last.at + TIME_TO_ACT <= now
    if (about === null || count < 2 || !isOver || looks.some(({ caseId }) => done.has(caseId)))
      continue
    yield { who: last.who, why: 'same-phone', about, count, at: last.at }
  }
}

/** The first hour of each day in which it was too many. */
function* tooMany(own: readonly Act[], most: number): Generator<Unusual> {
  const looks = looksIn(own)
  const days = new Set<number>()
  let first = 0
  for (const [i, { at, who }] of looks.entries()) {
    while (looks[first]!.at <= at - HOUR) first += 1
    if (i - first + 1 < most) continue
    const count = casesOf(looks.slice(first, i + 1))
    const day = Math.floor(at / DAY)
    if (count < most || days.has(day)) continue
    days.add(day)
    yield { who, why: 'many', about: String(day), count, at }
  }
}

function* untaken(own: readonly Act[]): Generator<Unusual> {
  const taken = new Set<string>()
  for (const { who, at, action, caseId } of own) {
    if (caseId === null || taken.has(caseId)) continue
    if (TAKES.includes(action)) taken.add(caseId)
    else if (LOOKS.includes(action)) {
      taken.add(caseId) // said once
      yield { who, why: 'untaken', about: caseId, count: 1, at }
    }
  }
}

function median(counts: readonly number[]): number {
  return counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0
}

function grouped<T, K>(all: readonly T[], keyOf: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}
