import { stalenessOf } from './admin.ts'
import type { Alarms } from './alarms.ts'
import type { Clones } from './clones/clones.ts'
import type { Events } from './events.ts'
import type { Interfaces } from './interfaces.ts'
import type { FollowedLog } from './followed-log.ts'
import type { LocalList } from './local-list/local-list.ts'
import type { MergedRegister } from './merged-register.ts'
import type { TacLists } from './tacs/tac-lists.ts'
import type { TacWatch } from './tacs/tac-watch.ts'

/** Everything an edge can say about itself. */
export interface Parts {
  readonly name: string
  readonly register: MergedRegister
  /** The own country's first. */
  readonly logs: readonly FollowedLog[]
  readonly interfaces: Interfaces
  readonly events: Events
  readonly clones: Clones
  readonly localList: () => LocalList
  readonly tacs: { readonly lists: TacLists; readonly watch: TacWatch }
  /** Of the edge itself; each log has its own beside. */
  readonly alarms: Alarms
  /** Unix ms. */
  readonly clock: () => number
}

/** What stands outside `logs` is the own country's log, or where it says so of all together. */
export function health(parts: Parts) {
  const { name, register, logs, interfaces, localList, tacs, alarms: edgeAlarms, clock } = parts
  const [own] = logs.map((log) => healthOf(log, clock))
  return {
    name,
    ...own,
    entries: register.counts(),
    localRows: localList().size,
    tacRows: tacs.lists.allocated?.size ?? 0,
    n5gSessions: interfaces.n5g.sessions.open,
    s13Peers: interfaces.s13?.connected() ?? [],
    nrf: interfaces.nrf?.state ?? 'none',
    /** Of all logs. */
    sightingsWaiting: sum(logs, ({ sightings }) => sightings.waiting),
    alarms: [
      ...new Set([...edgeAlarms.raised, ...logs.flatMap(({ alarms }) => alarms.raised)]),
    ].toSorted(),
    logs: logs.map((log) => healthOf(log, clock)),
  }
}

function healthOf(log: FollowedLog, clock: () => number) {
  const { origin, book, sightings, alarms, acknowledger, listed, compared } = log
  const { follower } = book
  const ageSeconds = ageOf(log, clock)
  return {
    origin,
    status: log.isReady ? 'ok' : 'loading',
    treeSize: follower.treeSize,
    plainSize: follower.size,
    guardedSize: follower.guardedSize,
    ageSeconds,
    stale: stalenessOf(ageSeconds),
    /** Lists of this tree answer while everything is proved; null: proved orders answer. */
    headStartSize: listed?.size ?? null,
    /** Where our lists were last the same as the registry's. */
    comparedSize: compared,
    acknowledgedSize: acknowledger.acknowledged,
    sightingsWaiting: sightings.waiting,
    waitingOrders: follower.waitingOrders,
    refusedOrders: follower.refusedOrders,
    alarms: alarms.raised,
  }
}

/** Age of the newest quorum checkpoint; a clock behind the witnesses' makes it no younger than 0. */
export function ageOf({ isReady, listed, book }: FollowedLog, clock: () => number): number | null {
  if (!isReady) return null
  return Math.max(0, Math.floor(clock() / 1000) - (listed?.time ?? book.register.now))
}

function sum(logs: readonly FollowedLog[], of: (log: FollowedLog) => number): number {
  return logs.reduce((total, log) => total + of(log), 0)
}
