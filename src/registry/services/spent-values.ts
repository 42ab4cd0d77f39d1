import type { Kysely } from 'kysely'
import { toHex } from '../../core/index.ts'
import type { Clock } from '../../host/index.ts'
import type { Schema } from '../db/tables.ts'

/** Two parameters each, of the 65,535 that a statement may have. */
const MOST = 500

interface Waiting {
  readonly value: Uint8Array
  readonly hex: string
  readonly resolve: (isFirst: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Values that count once, for at least twenty minutes and in every process. What comes while one insert
 * is under way goes into the next together: ten thousand registers that come back sign as many requests,
 * and an order among them must not wait for ten thousand commits.
 */
export class SpentValues {
  readonly #db: Kysely<Schema>
  readonly #clock: Clock
  readonly #waiting: Waiting[] = []
  #isBusy = false

  constructor(db: Kysely<Schema>, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** True once for each value. */
  spend(value: Uint8Array): Promise<boolean> {
    const spent = new Promise<boolean>((resolve, reject) => {
      this.#waiting.push({ value, hex: toHex(value), resolve, reject })
    })
    if (!this.#isBusy) void this.work()
    return spent
  }

  private async work(): Promise<void> {
    this.#isBusy = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST)
      try {
        const first = await this.insert(batch)
        // Whoever brings the same value twice at once is first one time.
        for (const { hex, resolve } of batch) resolve(first.delete(hex))
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isBusy = false
  }

  /** @returns which of them were new */
  private async insert(batch: readonly Waiting[]): Promise<Set<string>> {
    const at = this.#clock()
    const rows = await this.#db
      .insertInto('used_nonces')
      // In one order everywhere: two processes that are shown the same values must not block each other.
      .values(
        batch
          .toSorted((a, b) => (a.hex < b.hex ? -1 : 1))
          .map(({ value }) => ({ nonce: value, at_ms: at })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning('nonce')
      .execute()
    return new Set(rows.map(({ nonce }) => toHex(new Uint8Array(nonce))))
  }
}
