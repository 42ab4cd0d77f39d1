import { tacOf, type Tac } from '../../core/index.ts'
import type { PhoneCheck } from '../clones/recent-attaches.ts'
import type { TacDoubt, TacSet } from './tac-set.ts'

const DAY_MS = 86_400_000
/** Whoever makes TACs up has a hundred million of them: beyond this many a day they are only counted. */
const MAX_TOLD = 1_000

/** A phone says it is of a model that nobody makes: a lead for the operator, once a day for each TAC. */
export interface WrongTac {
  readonly tac: Tac
  readonly why: TacDoubt
  /** Who asked about it first that day. */
  readonly peer: string
}

export interface TacWatchOptions {
  /** Null where the operator has no list. */
  readonly allocated: () => TacSet | null
  /** Unix ms. */
  readonly clock: () => number
  readonly onWrongTac: (found: WrongTac) => void
}

/**
 * Looks at the TAC of every phone asked about. It never changes an answer: a list is a copy of another
 * day, so a model allocated since looks just like an invented one, and an honest buyer would pay for
 * it. An operator whose regulator demands more writes those TACs into its own list.
 */
export class TacWatch {
  readonly #options: TacWatchOptions
  readonly #counts: Record<TacDoubt, number> = { invalid: 0, unallocated: 0 }
  readonly #told = new Set<Tac>()
  #day = 0

  constructor(options: TacWatchOptions) {
    this.#options = options
  }

  /** Questions about such phones since the start. */
  get counts(): Readonly<Record<TacDoubt, number>> {
    return this.#counts
  }

  /** A phone was asked about, whatever the answer. */
  note({ imei14, asker }: PhoneCheck): void {
    const { allocated, clock, onWrongTac } = this.#options
    const why = allocated()?.doubt(imei14) ?? null
    if (why === null) return
    this.#counts[why]++
    const day = Math.floor(clock() / DAY_MS)
    if (day !== this.#day) this.#told.clear()
    this.#day = day
    const tac = tacOf(imei14)
    if (this.#told.has(tac) || this.#told.size >= MAX_TOLD) return
    this.#told.add(tac)
    onWrongTac({ tac, why, peer: asker.peer })
  }
}
