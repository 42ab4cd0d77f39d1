import { Refusal, demand } from '../core/index.ts'
import type { NoteKey } from '../log/index.ts'
import type { Trust } from '../wire/index.ts'
import { json, problem, type Answer } from '../host/index.ts'
import { BreachBook } from './breach.ts'
import { LogGuardian } from './log-guardian.ts'
import { LogReader } from './log-reader.ts'
import { openHouse, serve, type RunningWitness, type WitnessOptions } from './server.ts'
import type { OriginState } from './state-store.ts'

/** A log a guardian mirrors. */
export interface MirroredLog {
  /** Keys of type 1, all of one name: several while one replaces another. */
  readonly keys: readonly NoteKey[]
  /** Where the log serves its entry bundles; without final slash. */
  readonly url: string
  /** Under which root its entries are judged. */
  readonly trust: Trust
}

export interface GuardianOptions extends Omit<WitnessOptions, 'approve' | 'logs'> {
  readonly logs: readonly MirroredLog[]
}

/**
 * A guardian: a witness that also holds every entry, and withholds its line from a log in which one
 * breaks the law. It starts with a log out of reach and catches up when first asked. What one log
 * does changes nothing for another.
 * @throws {Refusal} as `startWitness`
 */
export async function startGuardian(options: GuardianOptions): Promise<RunningWitness> {
  const { logs } = options
  const origins = logs.map(({ keys }) => keys[0]?.name)
  demand(new Set(origins).size === logs.length, 'config', 'a log is mirrored once')
  for (const { keys } of logs)
    demand(new Set(keys.map(({ name }) => name)).size === 1, 'config', 'a log has one name')
  const witness: WitnessOptions = { ...options, logs: logs.flatMap(({ keys }) => keys) }
  const house = await openHouse(witness)
  try {
    const closing = new AbortController()
    const guardians = new Map<string, LogGuardian>()
    for (const log of logs) {
      const state = house.store.of(log.keys[0]!.name)!
      guardians.set(state.origin, await guardianOf(log, state, options, closing.signal))
    }
    const all = [...guardians.values()]
    const running = await serve({
      options: witness,
      house,
      approve: (checkpoint, previousSize) =>
        guardians.get(checkpoint.origin)!.approve(checkpoint, previousSize),
      health: (origin) => guardians.get(origin)!.health(),
      routes: new Map([['/breach', { method: 'GET', answer: () => breachesOf(all) }]]),
    })
    // Already said at /healthz and in the log; the next request tries again.
    const settled = all.map((guardian) =>
      house.store
        .of(guardian.origin)!
        .exclusively(() => guardian.rebuild())
        .catch(() => undefined),
    )
    return {
      url: running.url,
      async close() {
        closing.abort()
        await Promise.all(settled)
        await running.close()
      },
    }
  } catch (error) {
    house.lock.release()
    throw error
  }
}

async function guardianOf(
  { url, trust }: MirroredLog,
  state: OriginState,
  { dataDir, surroundings, logger }: GuardianOptions,
  closing: AbortSignal,
): Promise<LogGuardian> {
  const reader = new LogReader(url, closing)
  const book = await BreachBook.open(dataDir, state.origin)
  return new LogGuardian({ trust, state, reader, book, surroundings, logger })
}

/** Why this guardian is silent, and why it ever was: for anybody who asks. */
function breachesOf(guardians: readonly LogGuardian[]): Answer {
  const breaches = guardians.flatMap(({ origin, breaches }) =>
    breaches.map((breach) => ({ origin, ...breach })),
  )
  if (breaches.length === 0)
    return problem(404, new Refusal('not-found', 'no breach has been seen'))
  const open = breaches.filter(({ voidedBy }) => voidedBy === null).length
  return json({ open, breaches })
}
