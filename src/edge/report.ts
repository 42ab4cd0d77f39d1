import { stalenessOf } from './admin.ts'
import type { Alarms } from './alarms.ts'
import { OUTCOMES, type Counters } from './counters.ts'
import type { FeedClient } from './feed-client.ts'
import type { Follower } from './follower.ts'
import type { Register } from './register.ts'
import type { Sightings } from './sightings.ts'

/** Everything an edge can say about itself. */
export interface Parts {
  readonly name: string
  readonly register: Register
  readonly follower: Follower
  readonly client: FeedClient
  readonly counters: Counters
  readonly sightings: Sightings
  readonly alarms: Alarms
  /** Unix ms. */
  readonly clock: () => number
}

export function health(parts: Parts) {
  const { name, register, follower, sightings, alarms } = parts
  const ageSeconds = ageOf(parts)
  return {
    name,
    status: follower.isReady ? 'ok' : 'loading',
    treeSize: follower.treeSize,
    plainSize: follower.size,
    guardedSize: follower.guardedSize,
    ageSeconds,
    stale: stalenessOf(ageSeconds),
    entries: register.counts(),
    sightingsWaiting: sightings.waiting,
    waitingOrders: follower.waitingOrders,
    refusedOrders: follower.refusedOrders,
    alarms: alarms.raised,
  }
}

export function metrics(parts: Parts): Map<string, number> {
  const { register, follower, client, counters, sightings, alarms } = parts
  const entries = Object.entries(register.counts())
  return new Map<string, number>([
    ['n5g_received', counters.received],
    ...Object.entries(counters.sums()).map(([sum, n]) => [`n5g_${sum}`, n] as const),
    ...OUTCOMES.map((outcome) => [`n5g_outcome_${outcome}`, counters.of(outcome)] as const),
    ['tree_size', follower.treeSize],
    ['plain_size', follower.size],
    ['guarded_size', follower.guardedSize],
    ['age_seconds', ageOf(parts) ?? -1],
    ...entries.map(([state, n]) => [`entries_${state}`, n] as const),
    ['orders_waiting', follower.waitingOrders],
    ['orders_refused', follower.refusedOrders],
    ['sightings_waiting', sightings.waiting],
    ['sightings_lost', sightings.lost],
    ['feed_connected', client.counts.connected],
    ['feed_healed', client.counts.healed],
    ['feed_refused_notes', client.counts.refusedNotes],
    ['alarms', alarms.raised.length],
  ])
}

/** Age of the newest quorum checkpoint; a clock behind the witnesses' makes it no younger than 0. */
function ageOf({ follower, register, clock }: Parts): number | null {
  if (!follower.isReady) return null
  return Math.max(0, Math.floor(clock() / 1000) - register.now)
}
