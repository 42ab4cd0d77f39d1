import { RULES, type CheckedOrder, type Ledger } from '../core/index.ts'

/**
 * Orders that take a phone away, and of which nobody has shown us whose phone it is: withheld, erased, or
 * opened with a lie. A register loses nothing by them; whoever vouches that a phone is free has to know.
 */
export class Unopened {
  readonly #indexes = new Set<number>()
  readonly #ledger: Ledger
  readonly #now: () => number

  /** @param now newest cosigned time, Unix seconds */
  constructor(ledger: Ledger, now: () => number) {
    this.#ledger = ledger
    this.#now = now
  }

  expect(index: number, { order }: CheckedOrder): void {
    if (RULES[order.act].quorum === 'guarded') this.#indexes.add(index)
  }

  shown(index: number): void {
    this.#indexes.delete(index)
  }

  /** How many of them may stand now. What is over is forgotten on the way. */
  countStanding(): number {
    for (const index of this.#indexes) if (!this.mayStand(index)) this.#indexes.delete(index)
    return this.#indexes.size
  }

  private mayStand(index: number): boolean {
    const standing = this.#ledger.standing(index)
    if (standing === undefined) return !this.#ledger.isVoid(index)
    const { booked, isClosed, outstanding } = standing
    const isLapsed = outstanding.act === 'hold' && outstanding.exp < this.#now()
    return !booked.isVoid && !isClosed && !isLapsed
  }
}
