import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Schema } from './tables.ts'

// int8 (type 20) arrives as text and leaves pg as text; as bigint nothing is rounded, and both
// engines agree. Set for the whole process, once, beside the only place that takes a pool.
pg.types.setTypeParser(20, BigInt)

/** The same dialect, and so the same types and errors, on both engines. */
export function kyselyOn(pool: pg.Pool): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}
