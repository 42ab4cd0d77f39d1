import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, type Migration, Migrator, sql } from 'kysely'
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
 * Brings the tables up to date; doing it twice, or from two processes at once, is harmless. Kysely's
 * migrator also takes an advisory lock; where the engine has none, the repetition below is enough,
 * since each step is one statement that says "if not exists", in a transaction of its own.
 */
export async function migrate(db: Kysely<Schema>, random: () => number = fraction): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => steps() },
    // named, or the migrator would take the table of another schema in this database for its own
    migrationTableSchema: await currentSchema(db),
    disableTransactions: true, // one around all steps would be one around many DDL statements
  })
  for (let attempt = 1; ; attempt++) {
    const { error } = await migrator.migrateToLatest()
    if (error === undefined) return
    if (attempt === ATTEMPTS || !hasSqlState(error, OTHER_WAS_FASTER)) throw error
    await wait(jitteredPauseMs(attempt, random))
  }
}

/** `0001-first` with three statements becomes steps `0001-first.01` to `0001-first.03`. */
function steps(): Record<string, Migration> {
  const named = MIGRATIONS.flatMap(({ name, statements }) =>
    statements.map((statement, at): [string, Migration] => [
      `${name}.${String(at + 1).padStart(2, '0')}`,
      { up: async (db) => void (await sql.raw(statement).execute(db)) },
    ]),
  )
  return Object.fromEntries(named)
}

async function currentSchema(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db)
  return rows[0]?.name ?? 'public'
}
