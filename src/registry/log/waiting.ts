import { Refusal } from '../../core/index.ts'
import type { Decision } from './decide.ts'
import type { Logged, Submission } from './submission.ts'

/** Where a submission stands in the log, whether it came now or had come before. */
export type Where = Pick<Logged, 'index'>

export interface Waiting {
  readonly submission: Submission
  /** Resolves when its signatures have been looked at, whatever came of it. */
  readonly verified: Promise<unknown>
  readonly resolve: (where: Where) => void
  readonly reject: (error: unknown) => void
}

/** Entries of one checkpoint at most: what a guardian can verify within its second. */
const MAX_POOL = 1_000
/** Submissions that may wait; more are told to come back. */
const MAX_WAITING = 20_000

/** Submissions between their callers and the turn that takes them. */
export class WaitingRoom {
  readonly #poolSize: number
  readonly #waiting: Waiting[] = []
  #onFull: (() => void) | null = null

  constructor(poolSize = MAX_POOL) {
    this.#poolSize = Math.min(poolSize, MAX_POOL)
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** A whole pool is there: nothing is gained by gathering on. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#poolSize
  }

  /** @throws {Refusal} unavailable: too many wait already */
  enter(submission: Submission, verified: Promise<unknown>): Promise<Where> {
    if (this.#waiting.length >= MAX_WAITING)
      return Promise.reject(new Refusal('unavailable', 'too many orders are waiting'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ submission, verified, resolve, reject })
      if (this.isFull) this.#onFull?.()
    })
  }

  /** Resolves once a whole pool is there. Only whoever asked last is told. */
  whenFull(): Promise<void> {
    if (this.isFull) return Promise.resolve()
    return new Promise((resolve) => (this.#onFull = resolve))
  }

  takePool(): readonly Waiting[] {
    return this.#waiting.splice(0, this.#poolSize)
  }

  refuseAll(refusal: Refusal): void {
    refuse(this.#waiting.splice(0), refusal)
  }
}

/** Refusals too come only now: they may rest on what their pool, or the one before it, has changed. */
export function answer(pool: readonly Waiting[], { accepted, repeated, refused }: Decision): void {
  const indexes = new Map(repeated)
  for (const { submission, index } of accepted) indexes.set(submission, index)
  for (const { submission, resolve, reject } of pool) {
    const index = indexes.get(submission)
    if (index === undefined) reject(refused.get(submission))
    else resolve({ index })
  }
}

export function refuse(pool: readonly Waiting[], refusal: Refusal): void {
  for (const { reject } of pool) reject(refusal)
}
