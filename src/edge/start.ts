import type { Signer } from '../core/index.ts'
import { lockFolder, mkdirDurably, type Logger, type Surroundings } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import { startAdmin } from './admin.ts'
import { Alarms } from './alarms.ts'
import { openBook } from './book.ts'
import { Counters } from './counters.ts'
import { Evidence } from './evidence.ts'
import { FeedClient } from './feed-client.ts'
import { startN5g } from './n5g.ts'
import { RegistrySource } from './registry-source.ts'
import { health, metrics, type Parts } from './report.ts'
import { Sightings } from './sightings.ts'
import { SightingSpool } from './sighting-spool.ts'
import type { UnknownPolicy } from './verdict.ts'

export interface EdgeOptions {
  readonly name: string
  /** The operator's certified key: signs sightings and requests. */
  readonly signer: Signer
  readonly trust: Trust
  /** Base URL without final slash. */
  readonly registryUrl: string
  /** For this edge alone. */
  readonly dataDir: string
  /** 0: any free port. */
  readonly port: number
  readonly adminPort: number
  /** Where the asking network stands: ISO 3166 country, PLMN. */
  readonly country: string
  readonly network: string
  readonly unknown: UnknownPolicy
  readonly surroundings: Surroundings
  readonly logger: Logger
}

export interface Edge {
  /** N5g-eir, h2c. */
  readonly url: string
  readonly adminUrl: string
  close(): Promise<void>
}

/**
 * One operator's register. It answers from the start: with what its disk proves, else 500 until the
 * first snapshot is verified.
 * @throws {Refusal} data-folder-busy, data-folder-unsafe
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { dataDir, trust, signer, registryUrl, logger, surroundings } = options
  await mkdirDurably(dataDir)
  const lock = lockFolder(dataDir)
  const closing: (() => Promise<void> | void)[] = [() => lock.release()]
  const closeAll = async () => {
    for (const close of closing.toReversed()) await close()
  }
  try {
    const alarms = new Alarms(logger)
    const evidence = new Evidence(dataDir)
    const { clock, random } = surroundings
    const book = await openBook({ dataFolder: dataDir, trust, alarms, logger, clock })
    const { register, follower, journal } = book
    closing.push(() => journal.close())

    const sightings = new Sightings({
      ...options,
      spool: await SightingSpool.open(dataDir),
      treeSize: () => follower.size,
      alarms,
    })
    closing.push(() => sightings.close())
    sightings.start()

    const source = new RegistrySource(registryUrl, signer)
    const client = new FeedClient({ source, follower, evidence, alarms, random, logger })
    closing.push(() => client.close())
    // A log that showed two faces once is not followed again before a person has looked.
    if (await evidence.hasSplitView()) alarms.raise('split-view')
    else client.start()

    const counters = new Counters()
    const n5g = await startN5g({
      port: options.port,
      unknown: options.unknown,
      isReady: () => follower.isReady,
      stateOf: (imei14) => register.stateOf(imei14),
      onSeen: (seen) => sightings.see(seen),
      counters,
      logger,
    })
    closing.push(() => n5g.close())

    const parts: Parts = {
      name: options.name,
      register,
      follower,
      client,
      counters,
      sightings,
      alarms,
      clock,
    }
    const admin = await startAdmin({
      port: options.adminPort,
      health: () => health(parts),
      metrics: () => metrics(parts),
    })
    closing.push(() => admin.close())
    logger.info({ url: n5g.url, adminUrl: admin.url, size: follower.size }, 'edge answers')
    return { url: n5g.url, adminUrl: admin.url, close: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}
