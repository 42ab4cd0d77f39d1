/** How one check ended; every request ends in exactly one of these. */
export const OUTCOMES = [
  'released',
  'unknown_as_white',
  'held',
  'unknown_as_grey',
  'stolen',
  'recovered',
  'retired',
  'unknown',
  'invalid',
  'failed',
] as const
export type Outcome = (typeof OUTCOMES)[number]

type Sums = Readonly<Record<'white' | 'grey' | 'black' | 'unknown' | 'errors', number>>

/** Counters of one interface. `received` is counted apart, so that a lost answer shows. */
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

  /** `received = white + grey + black + unknown + errors`. */
  sums(): Sums {
    return {
      white: this.of('released') + this.of('unknown_as_white'),
      grey: this.of('held') + this.of('unknown_as_grey'),
      black: this.of('stolen') + this.of('recovered') + this.of('retired'),
      unknown: this.of('unknown'),
      errors: this.of('invalid') + this.of('failed'),
    }
  }

  get isBalanced(): boolean {
    return this.#received === Object.values(this.sums()).reduce((sum, count) => sum + count, 0)
  }
}
