import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import { Refusal } from '../../core/refusal.ts'
import { fraction } from '../../host/index.ts'
import type { Schema } from './tables.ts'

const ATTEMPTS = 10
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 250
/** SQLSTATE serialization_failure and deadlock_detected: nothing happened, try again. */
const TRY_AGAIN: readonly string[] = ['40001', '40P01']

/**
 * The one way to change the database. `body` may run several times: it has no effect outside the
 * database and asks only `trx`. `random` is in [0, 1) and only spreads the repetitions.
 * @throws {Refusal} unavailable: still in conflict after the last attempt
 */
export async function inTransaction<T>(
  db: Kysely<Schema>,
  body: (trx: Transaction<Schema>) => Promise<T>,
  random: () => number = fraction,
): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      return await db.transaction().setIsolationLevel('serializable').execute(body)
    } catch (error) {
      if (!hasSqlState(error, TRY_AGAIN)) throw error
    }
    await wait(jitteredPauseMs(attempt, random))
  }
  throw new Refusal('unavailable', `the database was in conflict ${ATTEMPTS} times in a row`)
}

export function jitteredPauseMs(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt)
}

export function hasSqlState(error: unknown, states: readonly string[]): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    states.includes(error.code)
  )
}
