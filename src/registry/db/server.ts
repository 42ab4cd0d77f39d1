import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { Refusal } from '../../core/refusal.ts'
import type { Database } from './database.ts'
import { kyselyOn } from './kysely.ts'
import type { Schema } from './tables.ts'

const OLDEST_VERSION = 150_000
const CONNECTIONS = 10
const CONNECT_WITHIN_MS = 10_000
/** As long as the embedded engine may take. */
const ANSWER_WITHIN_MS = 30_000

/** A PostgreSQL server, 15 or later. @throws {Refusal} config */
export async function openServer(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    // Without these a network that swallows packets would keep whoever waits for ever.
    query_timeout: ANSWER_WITHIN_MS,
    statement_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
  })
  // A server that restarts breaks connections: the query in flight is rejected, the pool makes a
  // new one. The events say the same again, and without a listener they would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
  const db = kyselyOn(pool)
  try {
    await demandVersion(db)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    db,
    engine: 'server',
    fsyncCount: () => undefined,
    onFatal: () => {}, // a server comes back by itself
    close: () => db.destroy(),
  }
}

async function demandVersion(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ server_version_num: string }>`show server_version_num`.execute(db)
  const version = Number(rows[0]?.server_version_num)
  if (!(version >= OLDEST_VERSION))
    throw new Refusal('config', `expected postgresql 15 or later, found version number ${version}`)
}
