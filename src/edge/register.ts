import type { Imei14 } from '../core/index.ts'

/** What the register knows of a number, heaviest first. `released`: known, and protected again. */
export const LISTED_STATES = ['stolen', 'recovered', 'retired', 'held', 'released'] as const
export type ListedState = (typeof LISTED_STATES)[number]

/** What one subject's orders say about one number it wears. */
export interface Listing {
  readonly state: ListedState
  /** When a hold lapses, Unix seconds of cosigned time; null for what does not lapse. */
  readonly exp: number | null
}

interface Worn extends Listing {
  readonly subject: string
}

/**
 * The verdicts of one log: exact, in memory, one look-up a check. A number that several devices wear
 * answers with the heaviest state, so that a second device never lightens the first.
 */
export class Register {
  readonly #onListed: (imei: Imei14) => void
  readonly #worn = new Map<string, readonly Worn[]>()
  readonly #subjects = new Map<string, readonly Imei14[]>()
  #now = 0

  /** @param onListed told of every number that an order names */
  constructor(onListed: (imei: Imei14) => void = () => undefined) {
    this.#onListed = onListed
  }

  /** Newest cosigned time, Unix seconds: the only clock a hold lapses by. */
  get now(): number {
    return this.#now
  }

  /** A time that went back is a witness with a slow clock: never a reason to hold again. */
  moveTime(seconds: number): void {
    this.#now = Math.max(this.#now, seconds)
  }

  /** Replaces whatever this subject's orders said before. */
  set(subject: string, listings: ReadonlyMap<Imei14, Listing>): void {
    for (const imei of this.#subjects.get(subject) ?? []) {
      const others = this.#worn.get(imei)!.filter((worn) => worn.subject !== subject)
      if (others.length > 0) this.#worn.set(imei, others)
      else this.#worn.delete(imei)
    }
    for (const [imei, listing] of listings) {
      this.#worn.set(imei, [...(this.#worn.get(imei) ?? []), { ...listing, subject }])
      this.#onListed(imei)
    }
    if (listings.size > 0) this.#subjects.set(subject, [...listings.keys()])
    else this.#subjects.delete(subject)
  }

  /** Undefined: no order in force ever named this number. */
  stateOf(imei: Imei14): ListedState | undefined {
    const worn = this.#worn.get(imei)
    return worn && this.heaviest(worn)
  }

  private heaviest(worn: readonly Worn[]): ListedState {
    const states = worn.map(({ state, exp }) =>
      exp !== null && this.#now > exp ? 'released' : state,
    )
    return LISTED_STATES.find((state) => states.includes(state))!
  }
}
