/** How one check ended; every request ends in exactly one of these. */
export const OUTCOMES = [
  'released',
  'unknown_as_white',
  'held',
  'conflict',
  'unknown_as_grey',
  'stolen',
  'recovered',
  'retired',
  'local',
  'override',
  'unknown',
  'invalid',
  'refused',
  'overloaded',
  'failed',
] as const
export type Outcome = (typeof OUTCOMES)[number]

const SUMS = {
  white: ['released', 'unknown_as_white'],
  grey: ['held', 'conflict', 'unknown_as_grey'],
  black: ['stolen', 'recovered', 'retired'],
  /** The operator's own list. */
  local: ['local'],
  /** A logged honest pair. */
  override: ['override'],
  /** Answered: not found. */
  unknown: ['unknown'],
  errors: ['invalid', 'refused', 'overloaded', 'failed'],
} as const satisfies Readonly<Record<string, readonly Outcome[]>>

type Sums = Readonly<Record<keyof typeof SUMS, number>>

/** Counters of one peer at one interface. `received` is counted apart, so that a lost answer shows. */
export class Counters {
  readonly #ended = new Map<Outcome, number>(OUTCOMES.map((outcome) => [outcome, 0]))
  #received = 0

  get received(): number {
    return this.#received
  }

  receive(): void {
    this.#received++
  }

  end(outcome: Outcome): void {
    this.#ended.set(outcome, this.of(outcome) + 1)
  }

  of(outcome: Outcome): number {
    return this.#ended.get(outcome)!
  }

  /** `received = white + grey + black + local + override + unknown + errors`. */
  sums(): Sums {
    const sum = (outcomes: readonly Outcome[]) =>
      outcomes.reduce((total, outcome) => total + this.of(outcome), 0)
    return {
      white: sum(SUMS.white),
      grey: sum(SUMS.grey),
      black: sum(SUMS.black),
      local: sum(SUMS.local),
      override: sum(SUMS.override),
      unknown: sum(SUMS.unknown),
      errors: sum(SUMS.errors),
    }
  }

  get isBalanced(): boolean {
    return this.#received === Object.values(this.sums()).reduce((sum, count) => sum + count, 0)
  }
}

/** Peers counted by name; whoever comes after that many is counted as one. */
const MAX_PEERS = 1_000
const OTHER_PEERS = 'other'

/** The counters of one interface, a set for each peer. */
export class PeerCounters {
  readonly #peers = new Map<string, Counters>()

  of(peer: string): Counters {
    const known = this.#peers.get(peer)
    if (known) return known
    if (this.#peers.size >= MAX_PEERS && peer !== OTHER_PEERS) return this.of(OTHER_PEERS)
    const counters = new Counters()
    this.#peers.set(peer, counters)
    return counters
  }

  all(): ReadonlyMap<string, Counters> {
    return this.#peers
  }

  get isBalanced(): boolean {
    return [...this.#peers.values()].every((counters) => counters.isBalanced)
  }
}
