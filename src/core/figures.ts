import type { Act } from './acts.ts'
import type { Applied } from './applied.ts'
import type { Ledger } from './ledger.ts'
import { RELEASED_TO } from './order.ts'

/** Why something was released, by the names of field 13. */
export type ReleaseReason = keyof typeof RELEASED_TO

/** What happened, for one authority, one month, or all. Counts are of orders, never of phones. */
export interface Tally {
  readonly holds: number
  readonly locks: number
  readonly found: number
  readonly releases: Readonly<Record<ReleaseReason, number>>
  readonly retired: number
  /** Orders that count for nothing because a key of their chain was stopped; in no other figure. */
  readonly void: number
  /** Holds that ended by themselves. */
  readonly lapsed: number
  /** Holds and locks of this authority and month that are in force at the end of the log. */
  readonly outstanding: {
    readonly held: number
    readonly stolen: number
    readonly recovered: number
  }
  /** Lower medians in whole seconds of log time; null where nothing was to be measured. */
  readonly medianSeconds: {
    readonly holdToLock: number | null
    readonly lockToFound: number | null
    readonly foundToRelease: number | null
    readonly errorToRelease: number | null
  }
}

/** A hold or lock that was issued in error, and how long it stood. */
export interface Correction {
  /** Leaf of the order in error, and of the release that ended it. */
  readonly of: number
  readonly release: number
  readonly act: 'hold' | 'lock'
  readonly authority: string
  readonly seconds: number
}

export interface MonthTally extends Tally {
  /** `2026-03`, UTC, of log time. */
  readonly month: string
}

export interface AuthorityFigures {
  readonly authority: string
  readonly total: Tally
  readonly months: readonly MonthTally[]
}

/** Everything that can be said of a log in numbers: a function of its entries and of nothing else. */
export interface Figures {
  /** Log time of the last entry, Unix seconds: until when all this is counted. */
  readonly untilSeconds: number
  /** Lawful entries by what they are. */
  readonly entries: Readonly<Record<string, number>>
  readonly total: Tally
  readonly months: readonly MonthTally[]
  readonly authorities: readonly AuthorityFigures[]
  readonly corrections: readonly Correction[]
}

/** What is kept of an order until the figures are drawn: later entries may make it void. */
interface Deed {
  readonly index: number
  /** Log time in ms. */
  readonly t: number
  readonly act: Act
  readonly authority: string
  readonly of: number | undefined
  readonly to: number | undefined
  /** When a hold lapses, Unix seconds. */
  readonly exp: number
}

/** A hold or lock with what followed it. */
interface Story {
  readonly deed: Deed
  found: Deed | null
  isClosed: boolean
}

/** Listens while a log is read from its first entry, and counts at the end. */
export class FigureBook {
  readonly #deeds: Deed[] = []
  readonly #entries = new Map<string, number>()

  /** Takes what the ledger made of the next entry. An entry it refused counts for nothing. */
  add(applied: Applied): void {
    const { kind, index } = applied
    this.#entries.set(kind, (this.#entries.get(kind) ?? 0) + 1)
    if (kind !== 'order') return
    const { order, t } = applied.checked
    const { act, of, to, exp } = order
    this.#deeds.push({ index, t, act, authority: forceOf(order.auth), of, to, exp })
  }

  /** The figures of everything taken so far, as the ledger that took it sees it now. */
  figures(ledger: Pick<Ledger, 't' | 'isVoid'>): Figures {
    const untilSeconds = Math.floor(ledger.t / 1000)
    const count = new Counting(untilSeconds)
    for (const deed of this.#deeds) count.take(deed, ledger.isVoid(deed.index))
    return { untilSeconds, entries: Object.fromEntries(sorted(this.#entries)), ...count.done() }
  }
}

/** A force counts as one, whoever signs for it: `gb.met/intake` is `gb.met`. */
function forceOf(auth: string): string {
  return auth.split('/', 1)[0]!
}

class Counting {
  readonly #untilSeconds: number
  readonly #stories = new Map<number, Story>()
  /** Void ones too: a phone that obeyed one is corrected, and that took its time. */
  readonly #wrong = new Map<number, Deed>()
  readonly #corrections: Correction[] = []
  readonly #total = new TallySheet()
  readonly #months = new Map<string, TallySheet>()
  readonly #authorities = new Map<string, { total: TallySheet; months: Map<string, TallySheet> }>()

  constructor(untilSeconds: number) {
    this.#untilSeconds = untilSeconds
  }

  take(deed: Deed, isVoid: boolean): void {
    const { act, index, to } = deed
    if (act === 'hold' || act === 'lock') this.#wrong.set(index, deed)
    if (isVoid) return this.note(deed, (sheet) => sheet.void++)
    this.note(deed, (sheet) => sheet.count(deed))
    const named = deed.of === undefined ? undefined : this.#stories.get(deed.of)
    if (act === 'hold' || act === 'lock')
      this.#stories.set(index, { deed, found: null, isClosed: false })
    if (act === 'release' && to === RELEASED_TO.issuedInError) this.correct(deed)
    if (named) this.follow(named, deed)
  }

  private follow(story: Story, next: Deed): void {
    const { deed: first, found } = story
    if (next.act === 'lock' && first.act === 'hold') this.measure('holdToLock', first, next)
    if (next.act === 'found') this.measure('lockToFound', first, next)
    if (next.act === 'release' && found) this.measure('foundToRelease', found, next)
    if (next.act === 'found') story.found = next
    else story.isClosed = true
  }

  /** A correction belongs to whoever made the error, and to the month in which it ended. */
  private correct(release: Deed): void {
    const wrong = this.#wrong.get(release.of ?? -1)
    if (!wrong || (wrong.act !== 'hold' && wrong.act !== 'lock')) return
    const { act, authority, index } = wrong
    const seconds = secondsBetween(wrong, release)
    this.#corrections.push({ of: index, release: release.index, act, authority, seconds })
    this.note({ ...release, authority }, (sheet) => sheet.spans.errorToRelease.push(seconds))
  }

  /** A span belongs to the order that ended it. */
  private measure(span: Span, from: Deed, to: Deed): void {
    const seconds = secondsBetween(from, to)
    this.note(to, (sheet) => sheet.spans[span].push(seconds))
  }

  private note({ authority, t }: Pick<Deed, 'authority' | 't'>, write: (s: TallySheet) => void) {
    const month = monthOf(t)
    const own = getOrMake(this.#authorities, authority, () => ({
      total: new TallySheet(),
      months: new Map<string, TallySheet>(),
    }))
    write(this.#total)
    write(own.total)
    write(getOrMake(this.#months, month, () => new TallySheet()))
    write(getOrMake(own.months, month, () => new TallySheet()))
  }

  done(): Omit<Figures, 'untilSeconds' | 'entries'> {
    for (const { deed, found, isClosed } of this.#stories.values()) {
      if (isClosed) continue
      const lapsed = deed.act === 'hold' && this.#untilSeconds > deed.exp
      if (lapsed) this.note(deed, (sheet) => sheet.lapsed++)
      else if (deed.act === 'hold') this.note(deed, (sheet) => sheet.outstanding.held++)
      else if (found) this.note(deed, (sheet) => sheet.outstanding.recovered++)
      else this.note(deed, (sheet) => sheet.outstanding.stolen++)
    }
    return {
      total: this.#total.done(),
      months: monthsOf(this.#months),
      authorities: sorted(this.#authorities).map(([authority, { total, months }]) => ({
        authority,
        total: total.done(),
        months: monthsOf(months),
      })),
      corrections: this.#corrections,
    }
  }
}

type Span = keyof Tally['medianSeconds']

/** A tally while it is written. */
class TallySheet {
  readonly #acts: Record<Act, number> = { hold: 0, lock: 0, found: 0, release: 0, retire: 0 }
  readonly #releases = new Map<number, number>()
  void = 0
  lapsed = 0
  readonly outstanding = { held: 0, stolen: 0, recovered: 0 }
  readonly spans: Record<Span, number[]> = {
    holdToLock: [],
    lockToFound: [],
    foundToRelease: [],
    errorToRelease: [],
  }

  count({ act, to }: Deed): void {
    this.#acts[act]++
    if (act === 'release' && to !== undefined)
      this.#releases.set(to, (this.#releases.get(to) ?? 0) + 1)
  }

  done(): Tally {
    const { hold, lock, found, retire } = this.#acts
    const { holdToLock, lockToFound, foundToRelease, errorToRelease } = this.spans
    const released = (reason: ReleaseReason) => this.#releases.get(RELEASED_TO[reason]) ?? 0
    return {
      holds: hold,
      locks: lock,
      found,
      releases: {
        returned: released('returned'),
        issuedInError: released('issuedInError'),
        titlePassed: released('titlePassed'),
        court: released('court'),
        holdWithdrawn: released('holdWithdrawn'),
      },
      retired: retire,
      void: this.void,
      lapsed: this.lapsed,
      outstanding: { ...this.outstanding },
      medianSeconds: {
        holdToLock: lowerMedian(holdToLock),
        lockToFound: lowerMedian(lockToFound),
        foundToRelease: lowerMedian(foundToRelease),
        errorToRelease: lowerMedian(errorToRelease),
      },
    }
  }
}

function monthsOf(months: ReadonlyMap<string, TallySheet>): MonthTally[] {
  return sorted(months).map(([month, sheet]) => ({ month, ...sheet.done() }))
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function getOrMake<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

const secondsBetween = (from: Deed, to: Deed) => Math.floor((to.t - from.t) / 1000)

/** A value that was observed, unlike the mean of two: the ⌈n/2⌉-th smallest. */
function lowerMedian(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? null
}

/**
 * The UTC month of log time `t` (ms), as `2026-03`: days to a civil date in the proleptic Gregorian
 * calendar, years counted from March so that the leap day comes last.
 */
export function monthOf(t: number): string {
  const days = Math.floor(t / 86_400_000) + 719_468 // since 1 March of year 0
  const era = Math.floor(days / 146_097)
  const day = days - era * 146_097
  const leaps = Math.floor(day / 1460) - Math.floor(day / 36_524) + Math.floor(day / 146_096)
  const yearOfEra = Math.floor((day - leaps) / 365)
  const dayOfYear =
    day - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`
}
