import { Refusal, contentTypeOf, parseDocument, type Kind } from '../core/index.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from './context.ts'
import type { Tile } from '../log/index.ts'
import { migrate } from './db/migrate.ts'
import { DeviceLines } from './feed/device-lines.ts'
import { FeedHub } from './feed/hub.ts'
import { createApp } from './http/app.ts'
import type { Env } from './http/env.ts'
import { forgetAnswers } from './http/idempotency.ts'
import { Throttle, unlimited } from './http/throttle.ts'
import { faultOf } from './fault.ts'
import { markAllUnusual } from './services/desk/marked-looks.ts'
import { forgetAppeals } from './services/appeals/forget-appeals.ts'
import { forgetCloneSignals } from './services/clone-cases.ts'
import { forgetSpent } from './services/nonces.ts'
import { IdentityProviderDoor } from './services/people/identity-provider.ts'
import { remindOwners } from './services/returns/reminders.ts'
import { forgetSessions } from './services/people/sessions.ts'
import { forgetBlockTimes } from './services/registers.ts'
import { Outbox } from './services/outbox.ts'
import { SpentValues } from './services/spent-values.ts'
import { forgetOffers } from './services/transfers.ts'
import { forgetWaits } from './services/waits.ts'
import { Cosigners } from './log/cosigners.ts'
import { LISTS_EVERY_MS, ListMaker } from './lists/list-maker.ts'
import { Sequencer } from './log/sequencer.ts'
import { TileStore } from './log/tile-store.ts'
import type { RegistryOptions } from './options.ts'

/** A registry that runs. */
export interface Registry {
  readonly app: OpenAPIHono<Env>
  readonly context: Context
  readonly hub: FeedHub
  /** Stops sequencing and the feed; the database stays its opener's. */
  close(): Promise<void>
}

const HOUR_MS = 3_600_000

/**
 * Brings the tables up to date, verifies the log and begins to take orders. A new log is founded only with the
 * documents of its ceremony at hand.
 * @throws {Refusal} config: no log and no founding documents
 */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { database, trust, keys, logger, surroundings } = options
  const { db } = database
  await migrate(db)
  const store = new TileStore(options.logFolder)
  await store.open()
  const readTile = (tile: Tile) => store.readTile(tile)
  const cosigners = new Cosigners(trust, readTile, logger)
  const hub = new FeedHub(db, logger)
  const lines = new DeviceLines()
  let lists: ListMaker | null = null
  const sequencer = await Sequencer.open({
    db,
    store,
    cosigners,
    log: keys.log,
    trust,
    poolMs: options.poolMs,
    surroundings,
    logger,
    onPublished: (published, accepted) => {
      hub.publish(published, accepted)
      lines.publish(published, accepted)
      lists?.published(published)
    },
  })
  const { country, peers = [], models = null, listsEveryMs = LISTS_EVERY_MS } = options
  const { statusSignerUrl, grantDeskUrl = null } = options
  const { identityProviders = [] } = options
  const { waits = new Map(), post = null, push = null, limits = null } = options
  const { android = null, apple = null, evidence = 'either' } = options
  const context: Context = {
    db,
    store,
    sequencer,
    spent: new SpentValues(db, surroundings.clock),
    trust,
    keys,
    country,
    url: options.url,
    host: new URL(options.url).host,
    peers,
    statusSignerUrl,
    grantDeskUrl,
    android,
    apple,
    evidence,
    models,
    waits,
    identityProviders: identityProviders.map(
      (provider) => new IdentityProviderDoor(provider, surroundings.clock),
    ),
    push,
    throttle: limits ? new Throttle(limits, surroundings.clock) : unlimited(),
    surroundings,
    logger,
  }
  const announce = (size: number) => hub.announceLists(size)
  lists = new ListMaker({ context, key: keys.lists, everyMs: listsEveryMs, announce })
  const forgetAll = async () => {
    await forgetAnswers(context)
    await forgetSpent(context)
    await forgetSessions(context)
    await forgetBlockTimes(context)
    await forgetCloneSignals(context)
    await forgetWaits(context)
    await forgetOffers(context)
    await remindOwners(context)
    await forgetAppeals(context)
  }
  const tell = (message: string) => (error: unknown) => {
    logger.warn({ err: faultOf(error) }, message)
  }
  const forget = setInterval(() => {
    forgetAll().catch(tell('what is over was not forgotten'))
    markAllUnusual(context).catch(tell('the trails of looks were not gone through'))
  }, HOUR_MS)
  forget.unref()
  const outbox = new Outbox(context, post)
  const close = async () => {
    clearInterval(forget)
    await outbox.close()
    hub.close()
    lines.close()
    await sequencer.close()
    await lists.settled()
  }
  try {
    await foundLog(options, sequencer)
  } catch (error) {
    await close()
    throw error
  }
  return { app: createApp(context, { hub, lines }), context, hub, close }
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
