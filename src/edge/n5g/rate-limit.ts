import type { Clock } from '../../host/index.ts'

/** So many a second, and at most a second's worth at once. */
export class RateLimit {
  readonly #perSecond: number
  readonly #clock: Clock
  #left: number
  #filledAtMs: number

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#left = perSecond
    this.#filledAtMs = clock()
  }

  /** False: not now. */
  take(): boolean {
    if (this.#perSecond === Infinity) return true
    const now = this.#clock()
    // A clock that was put back takes nothing away.
    const grown = (Math.max(0, now - this.#filledAtMs) / 1000) * this.#perSecond
    this.#left = Math.min(this.#perSecond, this.#left + grown)
    this.#filledAtMs = now
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
