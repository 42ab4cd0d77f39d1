import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  LISTED_STATES,
  LISTS,
  encodeSnapshot,
  groupImeis,
  heaviest,
  isBlack,
  type Imei14,
  type ListedState,
  type Listing,
} from '../core/index.ts'
import { sha256Fast } from '../host/index.ts'
import {
  TablesFault,
  followerTablesInMemory,
  type FollowerTables,
  type Worn,
} from './orders/follower-tables.ts'
import { ImeiSet } from './sets/imei-set.ts'

export interface RegisterOptions {
  /** Empty; where what orders say is kept. */
  readonly tables?: Pick<FollowerTables, 'worn' | 'numbers'>
  /** Told of every number that an order names. */
  readonly onListed?: (imei: Imei14) => void
  /** Told of every number that becomes black, or is so no longer. */
  readonly onBlack?: (imei: Imei14, isBlack: boolean) => void
  /** Told when the index says another thing than the orders, or could not be rebuilt. */
  readonly onFault?: (error: unknown) => void
}

/** Both lists as snapshots. */
export interface OwnLists {
  readonly black: EncodedList
  readonly grey: EncodedList
}

interface EncodedList {
  readonly bytes: Uint8Array
  readonly sha256: Uint8Array
}

/** Numbers put into a new index between two turns of the event loop: some milliseconds. */
const SLICE = 2_000

/**
 * The verdicts of one log, exact. What orders say of each number stands beside an index of
 * the refused ones; they must agree. Where they do not, orders decide and the index is made anew.
 */
export class Register {
  readonly #onListed: (imei: Imei14) => void
  readonly #onBlack: (imei: Imei14, isBlack: boolean) => void
  readonly #onFault: (error: unknown) => void
  readonly #worn: FollowerTables['worn']
  readonly #numbers: FollowerTables['numbers']
  /** Numbers that a hold names, until lists are made of a tree at which it has lapsed. */
  readonly #held = new Set<Imei14>()
  /** Numbers that some order names. */
  #known = 0
  readonly #counts = { stolen: 0, recovered: 0, retired: 0 }
  #black: ImeiSet
  /** The index that will replace it. */
  #next: ImeiSet | null = null
  #now = 0

  constructor(options: RegisterOptions = {}) {
    const { tables = followerTablesInMemory() } = options
    const { onListed = ignore, onBlack = ignore, onFault = ignore } = options
    this.#worn = tables.worn
    this.#numbers = tables.numbers
    this.#onListed = onListed
    this.#onBlack = onBlack
    this.#onFault = onFault
    this.#black = new ImeiSet(onFault)
  }

  /** Newest cosigned time, Unix seconds: the only clock a hold lapses by. */
  get now(): number {
    return this.#now
  }

  /** The index of refused numbers. */
  get black(): ImeiSet {
    return this.#black
  }

  /** A time that went back is a witness with a slow clock: never a reason to hold again. */
  moveTime(seconds: number): void {
    this.#now = Math.max(this.#now, seconds)
  }

  /** Replaces whatever this subject's orders said before. */
  set(subject: string, listings: ReadonlyMap<Imei14, Listing>): void {
    const before = this.#numbers.get(subject) ?? []
    for (const imei of before) {
      const others = this.wornBy(imei).filter((worn) => worn.subject !== subject)
      const listing = listings.get(imei)
      this.replace(imei, listing ? [...others, { ...listing, subject }] : others)
    }
    for (const [imei, listing] of listings) {
      if (before.includes(imei)) continue
      this.replace(imei, [...this.wornBy(imei), { ...listing, subject }])
      this.#onListed(imei)
    }
    this.#numbers.set(subject, [...listings.keys()])
  }

  /** Undefined: no order in force ever named this number. */
  stateOf(imei: Imei14): ListedState | undefined {
    const isInIndex = this.#black.has(imei)
    try {
      const state = this.known(imei, this.#now)
      if (isInIndex !== isBlack(state)) this.contradicted()
      return state
    } catch (error) {
      if (!(error instanceof TablesFault)) throw error
      return isInIndex ? 'stolen' : undefined // the index tells no more, and no less of what is refused
    }
  }

  /** How many numbers answer with each state. */
  counts(): Record<ListedState, number> {
    const states = [...this.#held].map((imei) => this.known(imei, this.#now))
    const held = states.filter((state) => state === 'held').length
    const { stolen, recovered, retired } = this.#counts
    const released = this.#known - stolen - recovered - retired - held
    return { stolen, recovered, retired, held, released }
  }

  /**
   * The lists as they are now: what is said later is not in them.
   * @param asOf tree size they are of; log time of its last leaf, Unix seconds
   */
  async lists(
    asOf: { readonly size: number; readonly t: number },
    conflicts: readonly Imei14[],
  ): Promise<OwnLists> {
    const { size: treeSize, t } = asOf
    // No later tree is older: what has lapsed by now is not held again by any order we know.
    for (const imei of this.#held) if (!this.isHeldAt(imei, t)) this.#held.delete(imei)
    const held = [...this.#held].filter((imei) => this.known(imei, t) === 'held')
    const conflicting = conflicts.filter((imei) => !isBlack(this.known(imei, t)))
    const groups = groupImeis([...held, ...conflicting])
    const bytes = encodeSnapshot({ list: LISTS.grey, treeSize, groups })
    const black = await this.#black.encode(LISTS.black, treeSize)
    return { black, grey: { bytes, sha256: sha256Fast(bytes) } }
  }

  /** Makes the index anew from what orders say, while the old one answers. */
  async rebuild(): Promise<void> {
    if (this.#next) return
    const next = (this.#next = new ImeiSet(this.#onFault))
    let count = 0
    for (const imei of this.#worn.keys()) {
      if (isBlack(this.known(imei, 0))) next.add(imei)
      if (++count % SLICE === 0) await nextTurn()
    }
    this.#black = next
    this.#next = null
  }

  private contradicted(): void {
    if (this.#next) return
    this.#onFault(new Error('the index says another thing of a number than its orders'))
    void this.rebuild()
  }

  private known(imei: Imei14, at: number): ListedState | undefined {
    return heaviest(this.wornBy(imei), at)
  }

  private wornBy(imei: Imei14): readonly Worn[] {
    return this.#worn.get(imei) ?? []
  }

  private isHeldAt(imei: Imei14, at: number): boolean {
    return this.wornBy(imei).some(({ state, exp }) => state === 'held' && exp! >= at)
  }

  private replace(imei: Imei14, worn: readonly Worn[]): void {
    const wasBlack = this.count(imei, -1)
    this.#worn.set(imei, worn)
    if (worn.some(({ state }) => state === 'held')) this.#held.add(imei)
    else this.#held.delete(imei)
    const isNowBlack = this.count(imei, 1)
    for (const index of [this.#black, this.#next])
      if (isNowBlack) index?.add(imei)
      else index?.remove(imei)
    if (isNowBlack !== wasBlack) this.#onBlack(imei, isNowBlack)
  }

  /** @returns whether it is black, which no time changes */
  private count(imei: Imei14, by: 1 | -1): boolean {
    const worn = this.wornBy(imei)
    if (worn.length > 0) this.#known += by
    const state = heaviest(worn, 0)
    if (!isBlack(state)) return false
    this.#counts[state] += by
    return true
  }
}

const ignore = () => undefined

/** Of all logs together. */
export function sumCounts(
  all: readonly Record<ListedState, number>[],
): Record<ListedState, number> {
  const sums = { stolen: 0, recovered: 0, retired: 0, held: 0, released: 0 }
  for (const counts of all) for (const state of LISTED_STATES) sums[state] += counts[state]
  return sums
}
