import type { Imei14 } from '../../core/index.ts'
import type { Check } from '../checks.ts'
import { DayMemory } from './day-memory.ts'

/** A check of a phone with a number. */
export type PhoneCheck = Check & { readonly imei14: Imei14 }

/** Where a phone was let in last. */
export interface Attach {
  readonly peer: string
  /** Unix seconds. */
  readonly at: number
  /** Null where it was not remembered, or never said. */
  readonly imsi: string | null
}

export interface MemoryOptions {
  /**
   * Whether phones that no list names are remembered too, and whose SIM was in a phone: the
   * operator's decision, off unless made.
   */
  readonly isOn: boolean
  /** Unix ms. */
  readonly clock: () => number
}

/** Subscribers of one number remembered within an hour: a clone has more. */
const MAX_SUBSCRIBERS = 4
const MAX_LISTED = 100_000
/** Some 300 bytes each. */
const MAX_OTHERS = 500_000

/**
 * Which phones are likely to be attached, since a register is asked only at attach. In memory alone,
 * for at most a day, and nothing of it leaves the operator. Listed numbers have a place of their own,
 * so that no crowd of others can push them out.
 */
export class RecentAttaches {
  readonly #isOn: boolean
  readonly #clock: () => number
  readonly #listed: DayMemory<readonly Attach[]>
  readonly #others: DayMemory<readonly Attach[]>

  constructor({ isOn, clock }: MemoryOptions) {
    this.#isOn = isOn
    this.#clock = clock
    this.#listed = new DayMemory(MAX_LISTED, clock)
    this.#others = new DayMemory(MAX_OTHERS, clock)
  }

  get size(): number {
    return this.#listed.size + this.#others.size
  }

  /** A phone was let in. */
  admitted({ imei14, imsi, asker }: PhoneCheck, isListed: boolean): void {
    if (!isListed && !this.#isOn) return
    const memory = isListed ? this.#listed : this.#others
    const at = Math.floor(this.#clock() / 1000)
    const attach = { peer: asker.peer, at, imsi: this.#isOn ? imsi : null }
    const before = memory.here(imei14)?.filter((one) => one.imsi !== attach.imsi) ?? []
    memory.note(imei14, [attach, ...before.slice(0, MAX_SUBSCRIBERS - 1)])
  }

  /** A phone was refused: with this subscriber, or with one nobody remembers, it is out. */
  refused({ imei14, imsi }: PhoneCheck): void {
    for (const memory of [this.#listed, this.#others])
      memory.revise(imei14, (attaches) => {
        const others = attaches.filter((one) => one.imsi !== null && one.imsi !== imsi)
        return others.length > 0 ? others : null
      })
  }

  /** The newest attach of each subscriber that wears this number, newest first. */
  of(imei14: Imei14): readonly Attach[] {
    const all = [this.#listed, this.#others]
      .flatMap((memory) => memory.recall(imei14).flat())
      .toSorted((a, b) => b.at - a.at)
    return all.filter((one, i) => all.findIndex(({ imsi }) => imsi === one.imsi) === i)
  }

  /** Drops what is a day old, where nobody asks. */
  sweep(): void {
    this.#listed.sweep()
    this.#others.sweep()
  }
}
