import { demand, travelByCountry, type CloneSignal, type Signer } from '../core/index.ts'
import { lockFolder, mkdirDurably } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import { startAdmin } from './admin.ts'
import { Alarms } from './alarms.ts'
import { makeJudge, type Judge, type Seen } from './checks.ts'
import { Clones } from './clones/clones.ts'
import { Events } from './events.ts'
import { FollowedLog, type RegistryAddress } from './followed-log.ts'
import { startInterfaces, type InterfaceOptions } from './interfaces.ts'
import { LocalLists, type LocalListFile } from './local-list/local-lists.ts'
import { MergedIdentities } from './merged-identities.ts'
import { MergedRegister } from './merged-register.ts'
import { metrics } from './metrics.ts'
import { health, type Parts } from './report.ts'
import { TacLists, type TacListFile } from './tacs/tac-lists.ts'
import { TacWatch } from './tacs/tac-watch.ts'
import type { UnknownPolicy } from './verdict.ts'

/** With `dataDir`, for this edge alone. */
export interface EdgeOptions extends InterfaceOptions {
  readonly name: string
  /** The operator's certified key: signs sightings and requests. */
  readonly signer: Signer
  readonly trust: Trust
  /** Whose logs to follow, each one of the policy's: the own country's first. */
  readonly registries: readonly RegistryAddress[]
  readonly adminPort: number
  readonly unknown: UnknownPolicy
  /** The operator's own list. */
  readonly localList?: LocalListFile
  /** Which models exist, as the GSMA says: attaches of others are told to the operator. */
  readonly tacList?: TacListFile
  /** Remember attaches of phones that no list names, for a day and in memory alone: off unless wanted. */
  readonly remember?: boolean
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
export type Reloadable = Pick<EdgeOptions, 'unknown' | 'localList' | 'tacList'>

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
      travelSeconds: travelByCountry,
      onReRegistration: (one) => events.add({ event: 'force-re-registration', ...one }),
      onSignal: (one) => {
        events.add({ event: 'clone-signal', ...one })
        suspect(one, logs, identities)
      },
    })
    const sweeping = setInterval(() => clones.sweep(), SWEEP_MS)
    closing.push(() => clearInterval(sweeping))
    const localLists = new LocalLists({ dataDir, alarms, logger })
    await localLists.use(options.localList ?? null)
    const tacLists = new TacLists({ dataDir, alarms, logger })
    await tacLists.use(options.tacList ?? null)
    const tacWatch = new TacWatch({
      allocated: () => tacLists.allocated,
      clock,
      onWrongTac: (one) => events.add({ event: 'wrong-tac', ...one }),
    })

    const merged = new MergedRegister((error) =>
      logger.error({ err: error }, 'what is named could not be folded'),
    )
    const logs: FollowedLog[] = []
    for (const registry of registries) {
      const log = await FollowedLog.open({ ...options, registry, merged, onLocked: clones.locked })
      closing.push(() => log.close())
      logs.push(log)
    }

    const identities = new MergedIdentities(merged, logs)
    const isReady = () => logs[0]!.isReady
    const judgeBy = (unknown: UnknownPolicy) =>
      makeJudge({
        unknown,
        isReady,
        stateOf: (imei14) => merged.stateOf(imei14),
        identities,
        localWordOf: (imei14) => localLists.list.wordOf(imei14),
        onSeen: (seen) => tell(seen, logs, identities),
        onAnswered: (check, verdict) => {
          clones.answered(check, verdict)
          tacWatch.note(check)
        },
      })
    let current = judgeBy(options.unknown)
    const judge: Judge = (check) => current(check)
    const interfaces = await startInterfaces(options, { judge, isReady, alarms }, closing)
    const localList = () => localLists.list
    const tacs = { lists: tacLists, watch: tacWatch }
    const own = { events, clones, localList, tacs, alarms, clock }
    const parts: Parts = { name: options.name, register: merged, logs, interfaces, ...own }
    const admin = await startAdmin({
      port: options.adminPort,
      health: () => health(parts),
      isReady,
      metrics: () => metrics(parts),
      events: (after) => events.after(after),
    })
    closing.push(() => admin.close())
    const { url } = interfaces.n5g
    logger.info({ url, adminUrl: admin.url, logs: logs.length }, 'edge answers')
    const reload = async (now: Reloadable) => {
      current = judgeBy(now.unknown)
      await localLists.use(now.localList ?? null)
      await tacLists.use(now.tacList ?? null)
    }
    return { url, adminUrl: admin.url, reload, close: closeAll }
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

/**
 * A clone signal goes to the registries that say anything of the number; one of which nobody says
 * anything goes to the own country's.
 */
function suspect(
  signal: CloneSignal,
  logs: readonly FollowedLog[],
  identities: MergedIdentities,
): void {
  const naming = identities.logsNaming(signal.imei14)
  const told = logs.filter(({ origin }) => naming.includes(origin))
  for (const { sightings } of told.length > 0 ? told : logs.slice(0, 1)) sightings.suspect(signal)
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
