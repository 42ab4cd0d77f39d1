import { demand, type Signer } from '../core/index.ts'
import { lockFolder, mkdirDurably, type Logger, type Surroundings } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import { startAdmin } from './admin.ts'
import { Alarms } from './alarms.ts'
import { makeJudge, type Judge, type Seen } from './checks.ts'
import { Clones } from './clones/clones.ts'
import { travelByRegion } from './clones/travel.ts'
import { PeerCounters } from './counters.ts'
import { Events } from './events.ts'
import { FollowedLog, type RegistryAddress } from './followed-log.ts'
import { LocalLists, type LocalListFile } from './local-list/local-lists.ts'
import { MergedIdentities } from './merged-identities.ts'
import { MergedRegister } from './merged-register.ts'
import { startGsup, type GsupOptions } from './gsup/server.ts'
import { startN5g, type N5gOptions } from './n5g/server.ts'
import type { TokenOptions } from './n5g/token-gate.ts'
import { openInstanceId } from './nrf/instance-id.ts'
import { startNrf, type NrfOptions } from './nrf/registration.ts'
import { startS13, type S13Options } from './s13/server.ts'
import { metrics } from './metrics.ts'
import { health, type Parts } from './report.ts'
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
  /** For 5G networks: where and how N5g-eir is served, if not plainly to this machine. */
  readonly n5g?: Partial<Pick<N5gOptions, 'host' | 'tls' | 'limits'>> & {
    readonly tokens?: Omit<TokenOptions, 'instanceId'>
  }
  /** Where the 5G core looks registers up. */
  readonly nrf?: Pick<NrfOptions, 'url' | 'tls'> &
    Omit<NrfOptions['profile'], 'instanceId' | 'network' | 'port'>
  /** For 4G networks: Diameter. */
  readonly s13?: Pick<
    S13Options,
    'host' | 'port' | 'tls' | 'originHost' | 'originRealm' | 'peers' | 'watchdogMs'
  >
  /** For Osmocom's 2G and 3G networks: where clients of the HLR connect instead. */
  readonly gsup?: Pick<GsupOptions, 'host' | 'port' | 'upstream' | 'peers'>
  /** The operator's own list. */
  readonly localList?: LocalListFile
  /** Remember attaches of phones that no list names, for a day and in memory alone: off unless wanted. */
  readonly remember?: boolean
  readonly surroundings: Surroundings
  readonly logger: Logger
}

export interface Edge {
  /** N5g-eir, h2c. */
  readonly url: string
  readonly adminUrl: string
  /** Takes new settings while it answers. What cannot be read leaves the old one, with an alarm. */
  reload(settings: Reloadable): Promise<void>
  close(): Promise<void>
}

/** What may change while a register answers. */
export type Reloadable = Pick<EdgeOptions, 'unknown' | 'localList'>

const SWEEP_MS = 300_000

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
    const alarms = new Alarms(logger)
    const { clock, random } = surroundings
    const events = new Events({ dataDir, clock, logger })
    closing.push(() => events.close())
    const clones = new Clones({
      isOn: options.remember ?? false,
      clock,
      random,
      travelSeconds: travelByRegion,
      onReRegistration: (one) => events.add({ event: 'force-re-registration', ...one }),
      onSignal: (one) => events.add({ event: 'clone-signal', ...one }),
    })
    const sweeping = setInterval(() => clones.sweep(), SWEEP_MS)
    closing.push(() => clearInterval(sweeping))
    const localLists = new LocalLists({ dataDir, alarms, logger })
    await localLists.use(options.localList ?? null)

    const merged = new MergedRegister()
    const logs: FollowedLog[] = []
    for (const registry of registries) {
      const log = await FollowedLog.open({ ...options, registry, merged, onLocked: clones.locked })
      closing.push(() => log.close())
      logs.push(log)
    }

    const identities = new MergedIdentities(
      merged,
      logs.map(({ origin, book }) => ({ origin, identities: book.follower.identities })),
    )
    const isReady = () => logs[0]!.book.follower.isReady
    const judgeBy = (unknown: UnknownPolicy) =>
      makeJudge({
        unknown,
        isReady,
        stateOf: (imei14) => merged.stateOf(imei14),
        identities,
        localWordOf: (imei14) => localLists.list.wordOf(imei14),
        onSeen: (seen) => tell(seen, logs, identities),
        onAnswered: clones.answered,
      })
    let current = judgeBy(options.unknown)
    const judge: Judge = (check) => current(check)
    const counters = new PeerCounters()
    const { port, country, network } = options
    const instanceId = await openInstanceId(dataDir)
    const { tokens, ...listening } = options.n5g ?? {}
    const n5g = await startN5g({
      host: '127.0.0.1',
      ...listening,
      port,
      country,
      network,
      ...(tokens && { tokens: { ...tokens, instanceId } }),
      judge,
      counters,
      clock,
      logger,
    })
    closing.push(() => n5g.close())
    if (options.nrf) {
      const { url, tls, ...profile } = options.nrf
      const nrf = startNrf({
        url,
        tls,
        isReady,
        random,
        logger,
        profile: { ...profile, instanceId, network, port: Number(new URL(n5g.url).port) },
      })
      closing.push(() => nrf.close())
    }

    const { name } = options
    const interfaces: Record<string, PeerCounters> = { n5g: counters }
    let diameter: () => ReadonlyMap<string, number> = () => new Map()
    if (options.s13) {
      const own = (interfaces['s13'] = new PeerCounters())
      const s13 = await startS13({
        ...options.s13,
        judge,
        isReady,
        counters: own,
        surroundings,
        logger,
      })
      closing.push(() => s13.close())
      diameter = () => s13.base.all()
    }
    if (options.gsup) {
      const own = (interfaces['gsup'] = new PeerCounters())
      const gsup = await startGsup({ ...options.gsup, judge, counters: own, logger })
      closing.push(() => gsup.close())
    }
    const localList = () => localLists.list
    const own = { diameter: () => diameter(), events, clones, localList, alarms, clock }
    const parts: Parts = { name, register: merged, logs, interfaces, ...own }
    const admin = await startAdmin({
      port: options.adminPort,
      health: () => health(parts),
      isReady,
      metrics: () => metrics(parts),
      events: (after) => events.after(after),
    })
    closing.push(() => admin.close())
    logger.info({ url: n5g.url, adminUrl: admin.url, logs: logs.length }, 'edge answers')
    const reload = async (now: Reloadable) => {
      current = judgeBy(now.unknown)
      await localLists.use(now.localList ?? null)
    }
    return { url: n5g.url, adminUrl: admin.url, reload, close: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** A sighting goes to every registry whose orders or records caused the verdict, and to no other. */
function tell(seen: Seen, logs: readonly FollowedLog[], identities: MergedIdentities): void {
  const causes = identities.logsGiving(seen.imei14, seen.state)
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
