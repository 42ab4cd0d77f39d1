import type { Imei14 } from '../../core/index.ts'

const HOUR_MS = 3_600_000
const HOURS = 24

interface Hour<V> {
  /** Hours since 1970. */
  readonly number: number
  readonly phones: Map<Imei14, V>
}

/**
 * What was noted of phones in the last hours, in memory alone: a map for each hour, the 24 newest of
 * them. To forget is to drop a map, so nothing is kept for longer than a day and nothing is searched.
 */
export class DayMemory<V> {
  readonly #most: number
  readonly #clock: () => number
  #hours: Hour<V>[] = []

  /** @param most phones kept, counted once for each hour; the oldest go first. @param clock Unix ms */
  constructor(most: number, clock: () => number) {
    this.#most = most
    this.#clock = clock
  }

  /** Phones kept, counted once for each hour. */
  get size(): number {
    this.sweep()
    return this.#hours.reduce((sum, { phones }) => sum + phones.size, 0)
  }

  /** What was noted of this phone in this hour. */
  here(imei14: Imei14): V | undefined {
    return this.thisHour().phones.get(imei14)
  }

  /** Replaces what was noted of this phone in this hour. */
  note(imei14: Imei14, value: V): void {
    if (this.here(imei14) === undefined) while (this.size >= this.#most) this.dropOldest()
    this.thisHour().phones.set(imei14, value)
  }

  /** What was noted of this phone, newest hour first. */
  recall(imei14: Imei14): readonly V[] {
    this.sweep()
    return this.#hours
      .map(({ phones }) => phones.get(imei14))
      .filter((value) => value !== undefined)
      .toReversed()
  }

  /** Changes what was noted of this phone in each hour; null forgets it. */
  revise(imei14: Imei14, change: (value: V) => V | null): void {
    for (const { phones } of this.#hours) {
      const value = phones.get(imei14)
      const changed = value === undefined ? null : change(value)
      if (changed !== null) phones.set(imei14, changed)
      else phones.delete(imei14)
    }
  }

  /**
   * Drops what is a day old, or a day ahead: noted by a clock that was wrong, it would stay until then.
   * Every call does; whoever is idle calls it now and then.
   */
  sweep(): void {
    const now = this.hour()
    const isNear = ({ number }: Hour<V>) => Math.abs(number - now) < HOURS
    const [first] = this.#hours
    const last = this.#hours.at(-1)
    if (first && last && !(isNear(first) && isNear(last)))
      this.#hours = this.#hours.filter((hour) => isNear(hour))
  }

  private thisHour(): Hour<V> {
    this.sweep()
    const number = this.hour()
    const newest = this.#hours.at(-1)
    if (newest !== undefined && newest.number >= number) return newest // a clock that went back
    const hour = { number, phones: new Map<Imei14, V>() }
    this.#hours.push(hour)
    return hour
  }

  private dropOldest(): void {
    if (this.#hours.length > 1) this.#hours.shift()
    else {
      const { phones } = this.#hours[0]!
      phones.delete(phones.keys().next().value!)
    }
  }

  private hour(): number {
    return Math.floor(this.#clock() / HOUR_MS)
  }
}
