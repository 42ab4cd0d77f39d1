import { CAPPED, type Power } from './acts.ts'
import type { Caps } from './certificate.ts'
import { Refusal } from './refusal.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** How long a raised cap, or the first cap of a force, waits before it counts: 7 days in ms. */
export const RAISED_CAP_DELAY = 7 * DAY

/** Outside its own country's log a cap counts at one part in this many, rounded up. */
export const FOREIGN_CAP_DIVISOR = 10

interface CapChange {
  /** Log time in ms from which it counts. */
  readonly from: number
  readonly cap: readonly [hour: number, day: number]
}

/** One window of a cap at a moment: what it allows, and how much of that is used. */
export interface CapWindow {
  readonly window: 'hour' | 'day'
  readonly limit: number
  readonly used: number
  /** Unix seconds from which one more is possible; null: it is now; 0: never, under this cap. */
  readonly freesAtSeconds: number | null
}

/** A rise that has been certified and does not count yet. */
export interface CapRise {
  /** Log time in ms. */
  readonly from: number
  readonly cap: readonly [hour: number, day: number]
}

/** Which cap a name has at a moment of log time. Lowering counts at once, raising after its delay. */
export class CapBook {
  readonly #changes = new Map<string, CapChange[]>()

  /** @param delay ms before a rise counts; 0 in the founding ceremony */
  set(sub: string, caps: Caps, t: number, delay: number): void {
    for (const act of CAPPED) {
      const next = caps[act] ?? [0, 0]
      const now = this.at(sub, act, t)
      const lower: [number, number] = [Math.min(now[0], next[0]), Math.min(now[1], next[1])]
      const changes = this.#changes.get(`${sub} ${act}`) ?? []
      // What was still waiting to rise is replaced: the last certificate says what the cap is to be.
      const kept = changes.filter((change) => change.from <= t)
      kept.push({ from: t, cap: lower }, { from: t + delay, cap: next })
      this.#changes.set(`${sub} ${act}`, kept)
    }
  }

  at(sub: string, act: Power, t: number): readonly [hour: number, day: number] {
    return this.#changes.get(`${sub} ${act}`)?.findLast((change) => change.from <= t)?.cap ?? [0, 0]
  }

  /** What waits at `t` to count; null: nothing. */
  rise(sub: string, act: Power, t: number): CapRise | null {
    const now = this.at(sub, act, t)
    const waiting = this.#changes.get(`${sub} ${act}`)?.find((change) => change.from > t)
    // A certificate renewed as it was changes nothing when its time comes.
    return waiting?.cap.some((count, i) => count !== now[i]) ? waiting : null
  }
}

/** Counts orders per name and act over the last hour and day of log time. */
export class CapCounter {
  readonly #times = new Map<string, number[]>()
  readonly #book: CapBook

  constructor(book: CapBook) {
    this.#book = book
  }

  /**
   * Would one more order at `t` (ms) keep every name within its cap, divided by `divisor`?
   * @throws {Refusal} cap-exceeded, with the name, the window and when (Unix seconds) it frees
   */
  check(subs: Iterable<string>, act: Power, t: number, divisor = 1): void {
    for (const sub of subs)
      for (const { window, limit, freesAtSeconds } of this.windows(sub, act, t, divisor)) {
        if (freesAtSeconds === null) continue
        throw new Refusal(
          'cap-exceeded',
          `${sub} has used its ${limit} ${act}s for this ${window}`,
          { authority: sub, act, window, limit, freesAtSeconds },
        )
      }
  }

  /** The cap of a name, divided by `divisor`, and what is used of it at `t` (ms), hour first. */
  windows(sub: string, act: Power, t: number, divisor = 1): readonly CapWindow[] {
    const times = this.#times.get(`${sub} ${act}`) ?? []
    const [hour, day] = this.#book.at(sub, act, t)
    const windowOf = (window: CapWindow['window'], span: number, full: number): CapWindow => {
      const limit = Math.ceil(full / divisor)
      const used = times.length - firstAfter(times, t - span)
      const frees = limit > 0 ? Math.ceil((times[times.length - limit]! + span) / 1000) : 0
      return { window, limit, used, freesAtSeconds: used < limit ? null : frees }
    }
    return [windowOf('hour', HOUR, hour), windowOf('day', DAY, day)]
  }

  count(subs: Iterable<string>, act: Power, t: number): void {
    for (const sub of subs) {
      const key = `${sub} ${act}`
      const times = this.#times.get(key) ?? []
      const old = firstAfter(times, t - DAY)
      // Trimmed in large steps, so that counting stays cheap.
      if (old > 1024) times.splice(0, old)
      times.splice(firstAfter(times, t), 0, t)
      this.#times.set(key, times)
    }
  }

  /** A void order uses nothing up. Harmless for one so old that it is no longer counted. */
  uncount(subs: Iterable<string>, act: Power, t: number): void {
    for (const sub of subs) {
      const times = this.#times.get(`${sub} ${act}`) ?? []
      const at = firstAfter(times, t) - 1
      if (times[at] === t) times.splice(at, 1)
    }
  }
}

/** Index of the first time later than `after`; times never fall. */
function firstAfter(times: readonly number[], after: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! > after) high = middle
    else low = middle + 1
  }
  return low
}
