import { Refusal, contentTypeOf, parseDocument, type Kind } from '../core/index.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from './context.ts'
import { openDatabase, type Database } from './db/database.ts'
import { migrate } from './db/migrate.ts'
import { FeedHub } from './feed/hub.ts'
import { createApp } from './http/app.ts'
import type { Env } from './http/env.ts'
import { forgetAnswers } from './http/idempotency.ts'
import { Cosigners } from './log/cosigners.ts'
import { Sequencer } from './log/sequencer.ts'
import { TileStore } from './log/tile-store.ts'
import type { RegistryOptions } from './options.ts'

/** A registry that runs. */
export interface Registry {
  readonly app: OpenAPIHono<Env>
  readonly context: Context
  readonly database: Database
  readonly hub: FeedHub
  close(): Promise<void>
}

const HOUR_MS = 3_600_000

/**
 * Opens the database, verifies the log and begins to take orders. A new log is founded only with the
 * documents of its ceremony at hand.
 * @throws {Refusal} config: no log and no founding documents · data-folder-busy, data-folder-unsafe
 */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { trust, keys, logger, surroundings } = options
  const database = await openDatabase(options.database)
  try {
    await migrate(database.db)
    const store = new TileStore(options.logFolder)
    await store.open()
    const cosigners = new Cosigners(
      trust.guarded.witnesses,
      (tile) => store.readTile(tile),
      trust.verify.ed25519,
      logger,
    )
    let hub: FeedHub | null = null
    const sequencer = await Sequencer.open({
      db: database.db,
      store,
      cosigners,
      log: keys.log,
      trust,
      poolMs: options.poolMs,
      surroundings,
      logger,
      onPublished: (published, accepted) => hub?.publish(published, accepted),
    })
    hub = new FeedHub(database.db, sequencer.published, logger)
    const context: Context = {
      db: database.db,
      store,
      sequencer,
      trust,
      keys,
      country: options.country,
      surroundings,
      logger,
    }
    await foundLog(options, sequencer)
    const forget = setInterval(() => void forgetAnswers(context).catch(() => undefined), HOUR_MS)
    forget.unref()
    const close = async () => {
      clearInterval(forget)
      hub.close()
      await sequencer.close()
      await database.close()
    }
    return { app: createApp(context, hub), context, database, hub, close }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Logs the ceremony's documents as the first entries; a ceremony that was interrupted goes on. */
async function foundLog(
  { founding, logger }: RegistryOptions,
  sequencer: Sequencer,
): Promise<void> {
  const done = sequencer.ledger.size
  if (done === 0 && founding === null)
    throw new Refusal('config', 'there is no log here and no founding documents to begin one')
  if (founding === null || done >= founding.length) return
  await sequencer.whenRunning()
  const kindAt = (index: number): Kind => (index === 0 ? 'root' : 'certificate')
  await Promise.all(
    founding.slice(done).map((document, i) => {
      const kind = kindAt(done + i)
      return sequencer.submit({ kind, body: parseDocument(document, contentTypeOf(kind)) })
    }),
  )
  logger.info({ entries: sequencer.ledger.size }, 'the log is founded')
}
