import type { Imei14, ListedState } from '../../core/index.ts'
import type { ImeiSet } from '../sets/imei-set.ts'

/**
 * The black and the grey list of one log, as of one tree. A list does not tell a stolen phone from one
 * that was recovered or retired: all are refused, and called stolen.
 */
export class ListedNumbers {
  readonly black: ImeiSet
  readonly grey: ImeiSet
  /** Tree size they are of. */
  readonly size: number
  /** Cosigned time of that tree, Unix seconds. */
  readonly time: number

  constructor(of: {
    readonly black: ImeiSet
    readonly grey: ImeiSet
    readonly size: number
    readonly time: number
  }) {
    this.black = of.black
    this.grey = of.grey
    this.size = of.size
    this.time = of.time
  }

  stateOf(imei: Imei14): ListedState | undefined {
    if (this.black.has(imei)) return 'stolen'
    return this.grey.has(imei) ? 'held' : undefined
  }

  counts(): Record<ListedState, number> {
    const [stolen, held] = [this.black.size, this.grey.size]
    return { stolen, recovered: 0, retired: 0, held, released: 0 }
  }
}
