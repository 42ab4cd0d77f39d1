import { demand, type Signer } from '../core/index.ts'
import { lockFolder, mkdirDurably, type Logger, type Surroundings } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import { startAdmin } from './admin.ts'
import { makeJudge, type Seen } from './checks.ts'
import { PeerCounters } from './counters.ts'
import { FollowedLog, type RegistryAddress } from './followed-log.ts'
import { MergedRegister } from './merged-register.ts'
import { startN5g } from './n5g/server.ts'
import { health, metrics, type Parts } from './report.ts'
import type { UnknownPolicy } from './verdict.ts'

export interface EdgeOptions {
  readonly name: string
  /** The operator's certified key: signs sightings and requests. */
  readonly signer: Signer
  readonly trust: Trust
  /** Whose logs to follow, each one of the policy's: the own country's first. */
  readonly registries: readonly RegistryAddress[]
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
 * first snapshot of its own country's log is verified. Other logs join as they come: one that is
 * away or shows two faces must not keep a whole network waiting.
 * @throws {Refusal} config; data-folder-busy, data-folder-unsafe
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { dataDir, registries, trust, logger, surroundings } = options
  checkRegistries(registries, trust)
  await mkdirDurably(dataDir)
  const lock = lockFolder(dataDir)
  const closing: (() => Promise<void> | void)[] = [() => lock.release()]
  const closeAll = async () => {
    for (const close of closing.toReversed()) await close()
  }
  try {
    const merged = new MergedRegister()
    const logs: FollowedLog[] = []
    for (const registry of registries) {
      const log = await FollowedLog.open({ ...options, registry, merged })
      closing.push(() => log.close())
      logs.push(log)
    }

    const judge = makeJudge({
      unknown: options.unknown,
      isReady: () => logs[0]!.book.follower.isReady,
      stateOf: (imei14) => merged.stateOf(imei14),
      onSeen: (seen) => tell(seen, logs, merged),
    })
    const counters = new PeerCounters()
    const { port, country, network } = options
    const { clock } = surroundings
    const asking = { host: '127.0.0.1', port, country, network }
    const n5g = await startN5g({ ...asking, judge, counters, clock, logger })
    closing.push(() => n5g.close())

    const { name } = options
    const interfaces = { n5g: counters }
    const parts: Parts = { name, register: merged, logs, interfaces, clock }
    const admin = await startAdmin({
      port: options.adminPort,
      health: () => health(parts),
      metrics: () => metrics(parts),
    })
    closing.push(() => admin.close())
    logger.info({ url: n5g.url, adminUrl: admin.url, logs: logs.length }, 'edge answers')
    return { url: n5g.url, adminUrl: admin.url, close: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** A sighting goes to every registry whose orders caused the verdict, and to no other. */
function tell(seen: Seen, logs: readonly FollowedLog[], merged: MergedRegister): void {
  const causes = merged.logsGiving(seen.imei14, seen.state)
  for (const { origin, sightings } of logs) if (causes.includes(origin)) sightings.see(seen)
}

function checkRegistries(registries: readonly RegistryAddress[], { plain }: Trust): void {
  demand(registries.length > 0, 'config', 'an edge follows at least one log')
  const origins = registries.map(({ origin }) => origin)
  demand(new Set(origins).size === origins.length, 'config', 'one log is to be followed twice')
  const known = plain.logs.map(({ key }) => key.name)
  demand(
    origins.every((origin) => known.includes(origin)),
    'config',
    'a log to be followed is not in the root document',
  )
}
