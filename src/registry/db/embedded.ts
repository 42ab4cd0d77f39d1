import { realpathSync } from 'node:fs'
import { PglitePgConnection } from '@electric-sql/pglite/node-postgres'
import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { Refusal } from '../../core/refusal.ts'
import { lockFolder, mkdirDurably, type ProcessLock } from '../../host/index.ts'
import { checkModes, finishCreation, holdsDatabase } from './data-folder.ts'
import type { Database } from './database.ts'
import { kyselyOn } from './kysely.ts'
import { Session } from './session.ts'
import type { Schema } from './tables.ts'

export interface EmbeddedConfig {
  readonly folder: string
  /** For tests only: see `DurableFsOptions`. */
  readonly failFsyncAt?: number | undefined
  /** For tests only: how long a statement may take before the database counts as stuck. */
  readonly answerWithinMs?: number | undefined
}

const TURN_WITHIN_MS = 30_000

type FatalHandler = (reason: Refusal) => void

/**
 * PostgreSQL inside this process, made to survive a power cut. One session: a transaction must use
 * only the `trx` it is given, since asking `db` for a second connection would wait for itself.
 * @throws {Refusal} data-folder-busy, data-folder-unsafe, fatal
 */
export async function openEmbedded(config: EmbeddedConfig): Promise<Database> {
  await mkdirDurably(config.folder)
  const folder = realpathSync(config.folder)
  checkModes(folder)
  const lock = lockFolder(folder)
  try {
    return await openLocked(folder, config, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openLocked(
  folder: string,
  config: EmbeddedConfig,
  lock: ProcessLock,
): Promise<Database> {
  const handlers: FatalHandler[] = []
  let fatal: Refusal | undefined
  const exists = await holdsDatabase(folder)
  const fsyncs = new BigInt64Array(new SharedArrayBuffer(8))
  const session = await Session.open(
    { dataFolder: folder, fsyncs, failFsyncAt: config.failFsyncAt },
    (reason) => {
      fatal = reason
      for (const handler of handlers) handler(reason)
    },
    config.answerWithinMs,
  )
  const db = kyselyOn(poolOf(session))
  try {
    await demandDurable(db)
    if (!exists) await finishCreation(folder)
  } catch (error) {
    await db.destroy()
    await session.close()
    throw error
  }
  return {
    db,
    engine: 'embedded',
    fsyncCount: () => Number(Atomics.load(fsyncs, 0)),
    onFatal(handler) {
      handlers.push(handler)
      if (fatal !== undefined) handler(fatal)
    },
    async close() {
      await db.destroy()
      await session.close()
      lock.release()
    },
  }
}

/**
 * One pool of one client, since there is one backend: a second client would see the first one's
 * uncommitted rows. Each client brings a fresh connection object: pg-pool drops a client after a
 * failed query, and on a shared, ended one half of the queries that followed failed or came back
 * empty.
 */
function poolOf(session: Session): pg.Pool {
  class EmbeddedClient extends pg.Client {
    constructor() {
      const connection = new PglitePgConnection({ pglite: session.channel() as never })
      super({ connection } as pg.ClientConfig)
    }
  }
  return new pg.Pool({
    Client: EmbeddedClient,
    max: 1,
    idleTimeoutMillis: 0,
    // turns a transaction that waits for itself, by asking `db`, from a standstill into an error
    connectionTimeoutMillis: TURN_WITHIN_MS,
  })
}

async function demandDurable(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ fsync: string; method: string }>`
    select current_setting('fsync') as fsync, current_setting('wal_sync_method') as method
  `.execute(db)
  const found = `fsync=${rows[0]?.fsync}, wal_sync_method=${rows[0]?.method}`
  if (found !== 'fsync=on, wal_sync_method=fsync')
    throw new Refusal('fatal', `expected fsync=on, wal_sync_method=fsync, found ${found}`)
}
