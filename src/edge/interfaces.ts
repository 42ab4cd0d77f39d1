import type { Logger, Surroundings } from '../host/index.ts'
import type { Alarms } from './alarms.ts'
import type { Judge } from './checks.ts'
import { PeerCounters } from './counters.ts'
import { startGsup, type GsupOptions } from './gsup/server.ts'
import { startN5g, type N5gOptions, type N5gServer } from './n5g/server.ts'
import type { TokenOptions } from './n5g/token-gate.ts'
import { openInstanceId } from './nrf/instance-id.ts'
import { startNrf, type NrfOptions, type NrfRegistration } from './nrf/registration.ts'
import { startS13, type S13Options, type S13Server } from './s13/server.ts'

/** How networks ask: N5g-eir always, the others where they are configured. */
export interface InterfaceOptions {
  /** Of N5g-eir. 0: any free port. */
  readonly port: number
  /** Where the asking network stands: ISO 3166 country, PLMN. */
  readonly country: string
  readonly network: string
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
  readonly dataDir: string
  readonly surroundings: Surroundings
  readonly logger: Logger
}

/** What answers, by one judge. */
export interface Interfaces {
  readonly n5g: N5gServer
  readonly s13: S13Server | null
  readonly nrf: NrfRegistration | null
  /** By the interface's name. */
  readonly counters: Readonly<Record<string, PeerCounters>>
}

/** What all of them share. */
interface Shared {
  readonly judge: Judge
  readonly isReady: () => boolean
  readonly alarms: Alarms
}

/** @param closing takes what stops each, in the order they were started */
export async function startInterfaces(
  options: InterfaceOptions,
  { judge, isReady, alarms }: Shared,
  closing: (() => Promise<void> | void)[],
): Promise<Interfaces> {
  const { port, country, network, dataDir, surroundings, logger } = options
  const { clock, random } = surroundings
  const counters: Record<string, PeerCounters> = { n5g: new PeerCounters() }
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
    counters: counters['n5g']!,
    clock,
    logger,
  })
  closing.push(() => n5g.close())

  let s13: S13Server | null = null
  if (options.s13) {
    const own = (counters['s13'] = new PeerCounters())
    const by = { judge, isReady, counters: own, surroundings, logger }
    const started = (s13 = await startS13({ ...options.s13, ...by }))
    closing.push(() => started.close())
  }
  if (options.gsup) {
    const own = (counters['gsup'] = new PeerCounters())
    const gsup = await startGsup({ ...options.gsup, judge, counters: own, logger })
    closing.push(() => gsup.close())
  }

  let nrf: NrfRegistration | null = null
  if (options.nrf) {
    const { url, tls, ...said } = options.nrf
    const profile = { ...said, instanceId, network, port: Number(new URL(n5g.url).port) }
    const registered = (nrf = startNrf({ url, tls, isReady, alarms, random, logger, profile }))
    // Taken back before anything stops answering: closing goes backwards.
    closing.push(() => registered.close())
  }
  return { n5g, s13, nrf, counters }
}
