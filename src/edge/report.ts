import { stalenessOf } from './admin.ts'
import { OUTCOMES, type PeerCounters } from './counters.ts'
import type { FollowedLog } from './followed-log.ts'
import type { MergedRegister } from './merged-register.ts'

/** Everything an edge can say about itself. */
export interface Parts {
  readonly name: string
  readonly register: MergedRegister
  /** The own country's first. */
  readonly logs: readonly FollowedLog[]
  /** By the interface's name. */
  readonly interfaces: Readonly<Record<string, PeerCounters>>
  /** Unix ms. */
  readonly clock: () => number
}

/** What stands outside `logs` is the own country's log, or where it says so of all together. */
export function health({ name, register, logs, clock }: Parts) {
  const [own] = logs.map((log) => healthOf(log, clock))
  return {
    name,
    ...own,
    entries: register.counts(),
    /** Of all logs. */
    sightingsWaiting: sum(logs, ({ sightings }) => sightings.waiting),
    alarms: [...new Set(logs.flatMap(({ alarms }) => alarms.raised))].toSorted(),
    logs: logs.map((log) => healthOf(log, clock)),
  }
}

function healthOf(
  { origin, book, sightings, alarms, acknowledger }: FollowedLog,
  clock: () => number,
) {
  const { follower } = book
  const ageSeconds = ageOf(book, clock)
  return {
    origin,
    status: follower.isReady ? 'ok' : 'loading',
    treeSize: follower.treeSize,
    plainSize: follower.size,
    guardedSize: follower.guardedSize,
    ageSeconds,
    stale: stalenessOf(ageSeconds),
    acknowledgedSize: acknowledger.acknowledged,
    sightingsWaiting: sightings.waiting,
    waitingOrders: follower.waitingOrders,
    refusedOrders: follower.refusedOrders,
    alarms: alarms.raised,
  }
}

/** Of the whole edge, then of each log under its label. */
export function metrics({ register, logs, interfaces, clock }: Parts): Map<string, number> {
  const entries = Object.entries(register.counts())
  return new Map<string, number>([
    ...Object.entries(interfaces).flatMap(([name, peers]) => checksOf(name, peers)),
    ...entries.map(([state, n]) => [`entries_${state}`, n] as const),
    ...logs.flatMap((log) => metricsOf(log, clock)),
  ])
}

/** What balances: received, and how each ended, for every peer of an interface. */
function checksOf(name: string, peers: PeerCounters): readonly (readonly [string, number])[] {
  return [...peers.all()].flatMap(([peer, counters]) => {
    const labels = `interface="${name}",peer="${label(peer)}"`
    return [
      [`checks_received_total{${labels}}`, counters.received] as const,
      ...Object.entries(counters.sums()).map(
        ([sum, n]) => [`checks_answered_total{${labels},answer="${sum}"}`, n] as const,
      ),
      ...OUTCOMES.map(
        (outcome) =>
          [`checks_outcome_total{${labels},outcome="${outcome}"}`, counters.of(outcome)] as const,
      ),
    ]
  })
}

function metricsOf(
  { origin, book, client, sightings, alarms, acknowledger }: FollowedLog,
  clock: () => number,
): readonly (readonly [string, number])[] {
  const { follower } = book
  const values = {
    tree_size: follower.treeSize,
    plain_size: follower.size,
    guarded_size: follower.guardedSize,
    acknowledged_size: acknowledger.acknowledged,
    age_seconds: ageOf(book, clock) ?? -1,
    orders_waiting: follower.waitingOrders,
    orders_refused: follower.refusedOrders,
    sightings_waiting: sightings.waiting,
    sightings_lost: sightings.lost,
    feed_connected: client.counts.connected,
    feed_healed: client.counts.healed,
    feed_refused_notes: client.counts.refusedNotes,
    alarms: alarms.raised.length,
  }
  return Object.entries(values).map(([name, value]) => [`${name}{log="${label(origin)}"}`, value])
}

/** A label's value in the Prometheus text format. */
function label(origin: string): string {
  return origin.replace(/[\\"]/g, '\\$&')
}

/** Age of the newest quorum checkpoint; a clock behind the witnesses' makes it no younger than 0. */
function ageOf({ follower, register }: FollowedLog['book'], clock: () => number): number | null {
  if (!follower.isReady) return null
  return Math.max(0, Math.floor(clock() / 1000) - register.now)
}

function sum(logs: readonly FollowedLog[], of: (log: FollowedLog) => number): number {
  return logs.reduce((total, log) => total + of(log), 0)
}
