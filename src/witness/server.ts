import { join } from 'node:path'
import { Refusal, demand } from '../core/index.ts'
import {
  lockFolder,
  mkdirDurably,
  type Logger,
  type NoteSigner,
  type ProcessLock,
  type Surroundings,
  json,
  problem,
  text,
  type Answer,
  listen,
  type Listening,
  type Route,
} from '../host/index.ts'
import {
  COSIGNATURE,
  ED25519,
  MAX_ADD_CHECKPOINT_BYTES,
  formatNote,
  monitoringPath,
  type NoteKey,
} from '../log/index.ts'
import { Cosigner, type Approve } from './cosigner.ts'
import { Evidence } from './evidence.ts'
import { AnswerCounts, metricsOf } from './metrics.ts'
import { StateStore, type OriginState } from './state-store.ts'

export interface WitnessOptions {
  /** How it calls itself at /healthz; else its key's name. */
  readonly name?: string
  /** A key of type 4. */
  readonly signer: NoteSigner
  /** Keys of type 1 of the logs it cosigns for; a log's origin is its key's name. */
  readonly logs: readonly NoteKey[]
  /** Its memory: one process, one folder, never restored from a backup. */
  readonly dataDir: string
  /** 0 for any free one. */
  readonly port: number
  readonly surroundings: Surroundings
  readonly logger: Logger
  readonly approve?: Approve
}

export interface RunningWitness {
  /** Submission and monitoring prefix, without final slash. */
  readonly url: string
  close(): Promise<void>
}

/** What a cosigner keeps, held by this process alone. */
export interface House {
  readonly store: StateStore
  readonly evidence: Evidence
  readonly lock: ProcessLock
}

/**
 * A witness: vouches that a log only ever grew.
 * @throws {Refusal} data-folder-busy; data-folder-unsafe; config; fatal: its state does not verify
 */
export async function startWitness(options: WitnessOptions): Promise<RunningWitness> {
  const house = await openHouse(options)
  return serve({ options, house, approve: options.approve ?? approveAll })
}

const approveAll: Approve = () => Promise.resolve()

/** Locks the folder first: nobody else may be about to change what is read here. */
export async function openHouse(options: WitnessOptions): Promise<House> {
  const { dataDir, logs, signer, logger } = options
  demand(signer.key.type === COSIGNATURE, 'config', 'a cosigner needs a key of type 4')
  demand(logs.length > 0, 'config', 'expected at least one log key')
  const areLogs = logs.every((key) => key.type === ED25519)
  demand(areLogs, 'config', 'a log has a key of type 1')
  await mkdirDurably(dataDir)
  const lock = lockFolder(dataDir)
  try {
    const store = await StateStore.open(dataDir, logs, signer.key)
    const evidence = await Evidence.open(join(dataDir, 'evidence'), logger)
    return { store, evidence, lock }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** What a guardian says of one log beside what any witness does. */
interface MoreHealth {
  readonly status: string
}

/** Opens the door of a cosigner; `health` and `routes` are what a guardian adds. */
export async function serve(cosigning: {
  readonly options: WitnessOptions
  readonly house: House
  readonly approve: Approve
  readonly health?: (origin: string) => MoreHealth
  readonly routes?: ReadonlyMap<string, Route>
}): Promise<RunningWitness> {
  const { options, house, approve, health } = cosigning
  const { store, evidence, lock } = house
  const { signer, port, logger, surroundings } = options
  const counts = new AnswerCounts()
  const cosigner = new Cosigner({ signer, store, evidence, clock: surroundings.clock, approve })
  const routes = new Map<string, Route>(cosigning.routes)
  routes.set('/add-checkpoint', {
    method: 'POST',
    maxBody: MAX_ADD_CHECKPOINT_BYTES,
    answer: async (body) => counts.counted(await cosigner.addCheckpoint(body)),
  })
  const report = () => healthOf(options, house, health)
  routes.set('/healthz', { method: 'GET', answer: () => healthAnswer(report()) })
  routes.set('/metrics', { method: 'GET', answer: () => text(metricsOf(report(), counts)) })
  routes.set('/evidence', { method: 'GET', answer: () => json(evidenceOf(house)) })
  for (const state of store.all())
    routes.set(`/${monitoringPath(state.origin)}`, { method: 'GET', answer: () => lastOf(state) })
  const find = (path: string) =>
    routes.get(path) ?? (path.startsWith('/evidence/') ? evidenceRoute(evidence, path) : undefined)
  let listening: Listening
  try {
    listening = await listen({ port, logger, find })
  } catch (error) {
    lock.release()
    throw error
  }
  return {
    url: listening.url,
    async close() {
      await listening.close()
      lock.release()
    },
  }
}

function lastOf({ last }: OriginState): Answer {
  if (last === null) return problem(404, new Refusal('not-found', 'nothing cosigned yet'))
  return text(formatNote(last.note))
}

function healthOf(
  { name, signer }: WitnessOptions,
  { store, evidence }: House,
  more?: (origin: string) => MoreHealth,
) {
  const logs = store.all().map(({ origin, last }) => {
    const splitViews = evidence.splitViewsOf(origin)
    const said = { origin, size: last?.size ?? null, splitViews, ...more?.(origin) }
    return { ...said, status: splitViews > 0 ? 'split-view' : (said.status ?? 'ok') }
  })
  // The first that is not well: one word for who only looks whether somebody has to look.
  const status = logs.find((log) => log.status !== 'ok')?.status ?? 'ok'
  return { status, name: name ?? signer.key.name, logs, evidence: evidence.kept }
}

/** 503 is for alarms, not for a supervisor: a restart mends nothing that this reports. */
function healthAnswer(health: ReturnType<typeof healthOf>): Answer {
  return { ...json(health), status: health.status === 'ok' ? 200 : 503 }
}

function evidenceOf({ store, evidence }: House) {
  const kept = store.all().flatMap(({ origin }) => evidence.of(origin))
  return { splitViews: evidence.splitViews, kept }
}

function evidenceRoute(evidence: Evidence, path: string): Route {
  return {
    method: 'GET',
    answer: async () => {
      const note = await evidence.read(path.slice('/evidence/'.length))
      return note === null
        ? problem(404, new Refusal('not-found', 'no such checkpoint is kept'))
        : text(note)
    },
  }
}
