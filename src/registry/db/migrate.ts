import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { fraction } from '../../host/index.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Schema } from './tables.ts'
import { hasSqlState, jitteredPauseMs } from './transaction.ts'

const ATTEMPTS = 10
/**
 * What the slower of two processes meets that migrate one database at once: conflict, deadlock,
 * and a table, index or row that the other one made first.
 */
const OTHER_WAS_FASTER: readonly string[] = ['40001', '40P01', '23505', '42P07', '42710', '42P06']

/**
 * Brings the tables up to date; doing it twice, or from two processes at once, is harmless, since
 * each step is one statement that says "if not exists" and is recorded after it was done.
 *
 * Not by Kysely's migrator: that one looks through every table of every schema in the database, and
 * fails when a neighbour's table goes at that moment; and it takes an advisory lock, which not every
 * engine has.
 */
export async function migrate(db: Kysely<Schema>, random: () => number = fraction): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await takeSteps(db)
    } catch (error) {
      if (attempt === ATTEMPTS || !hasSqlState(error, OTHER_WAS_FASTER)) throw error
    }
    await wait(jitteredPauseMs(attempt, random))
  }
}

async function takeSteps(db: Kysely<Schema>): Promise<void> {
  await sql`create table if not exists migrations (step text primary key)`.execute(db)
  const rows = await db.selectFrom('migrations').select('step').execute()
  const done = new Set(rows.map(({ step }) => step))
  for (const [step, statement] of steps()) {
    if (done.has(step)) continue
    await sql.raw(statement).execute(db)
    await db
      .insertInto('migrations')
      .values({ step })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** `0001-first` with three statements becomes steps `0001-first.01` to `0001-first.03`. */
function steps(): readonly (readonly [step: string, statement: string])[] {
  return MIGRATIONS.flatMap(({ name, statements }) =>
    statements.map(
      (statement, at) => [`${name}.${String(at + 1).padStart(2, '0')}`, statement] as const,
    ),
  )
}
