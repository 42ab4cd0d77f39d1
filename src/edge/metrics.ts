import { OUTCOMES, type Counters } from './counters.ts'
import type { FollowedLog } from './followed-log.ts'
import type { Metric, Sample } from './prometheus.ts'
import { ageOf, type Parts } from './report.ts'

/** Everything that is counted, for Prometheus. Sums of a peer balance: received = answered, of every kind. */
export function metrics(parts: Parts): readonly Metric[] {
  const { register, logs, interfaces, clock, events, clones, localList, tacs, alarms } = parts
  const { n5g, s13, nrf } = interfaces
  const entries = Object.entries(register.counts())
  const ofLogs = (name: string, help: string, value: (log: FollowedLog) => number) => ({
    name,
    help,
    samples: logs.map((log) => ({ value: value(log), labels: { log: log.origin } })),
  })
  return [
    ofPeers(parts, 'checks_received_total', 'Questions, by interface and peer.', (counters) => [
      { value: counters.received },
    ]),
    ofPeers(
      parts,
      'checks_answered_total',
      'Answers; all kinds together are the questions.',
      (counters) =>
        Object.entries(counters.sums()).map(([answer, value]) => ({ value, labels: { answer } })),
    ),
    ofPeers(parts, 'checks_outcome_total', 'Answers by what they came from.', (counters) =>
      OUTCOMES.map((outcome) => ({ value: counters.of(outcome), labels: { outcome } })),
    ),
    {
      name: 'entries',
      help: 'Numbers that orders in force name, by state.',
      samples: entries.map(([state, value]) => ({ value, labels: { state } })),
    },
    {
      name: 'diameter_events_total',
      help: 'What happened at S13 besides checks.',
      samples: [...(s13?.base.all() ?? [])].map(([event, value]) => ({ value, labels: { event } })),
    },
    one('s13_peers', 'Diameter peers connected.', s13?.connected().length ?? 0),
    one('n5g_sessions', 'HTTP/2 connections.', n5g.sessions.open),
    one('n5g_sessions_total', 'HTTP/2 connections accepted.', n5g.sessions.accepted),
    one('n5g_sessions_ended_total', 'Ended by us: silent or displaced.', n5g.sessions.ended),
    {
      name: 'nrf',
      help: 'Registration with the NRF: 1 at its present state.',
      samples: nrf ? [{ value: 1, labels: { state: nrf.state } }] : [],
    },
    one('local_rows', "Rows of the operator's own list.", localList().size),
    one('tac_rows', 'Models of the TAC list.', tacs.lists.allocated?.size ?? 0),
    {
      name: 'wrong_tacs_total',
      help: 'Questions about phones whose TAC is invalid, or not allocated by the list.',
      samples: Object.entries(tacs.watch.counts).map(([why, value]) => ({
        value,
        labels: { why },
      })),
    },
    one('events_total', 'Events for the operator: see /events.', events.count),
    one(
      'locked_still_attached',
      'Locked phones not refused since, as far as remembered.',
      clones.stillAttached,
    ),
    ofLogs('tree_size', 'Leaves the log has signed.', ({ book }) => book.follower.treeSize),
    ofLogs('plain_size', 'Leaves with the plain quorum.', ({ book }) => book.follower.size),
    ofLogs(
      'guarded_size',
      'Leaves with the guarded quorum.',
      ({ book }) => book.follower.guardedSize,
    ),
    ofLogs(
      'head_start_size',
      'Leaves of the lists that answer until orders are proved; -1: none do.',
      ({ listed }) => listed?.size ?? -1,
    ),
    ofLogs(
      'compared_size',
      "Leaves at which our lists were last the registry's; -1: never.",
      ({ compared }) => compared ?? -1,
    ),
    ofLogs(
      'acknowledged_size',
      'Leaves the registry knows we enforce.',
      ({ acknowledger }) => acknowledger.acknowledged,
    ),
    ofLogs(
      'age_seconds',
      'Age of the newest checkpoint with quorum; -1: none.',
      (log) => ageOf(log, clock) ?? -1,
    ),
    ofLogs(
      'orders_waiting',
      'Orders that are public and lack their quorum.',
      ({ book }) => book.follower.waitingOrders,
    ),
    ofLogs(
      'orders_refused_total',
      'Entries that the law refuses.',
      ({ book }) => book.follower.refusedOrders,
    ),
    ofLogs(
      'sightings_waiting',
      'Sightings not yet delivered.',
      ({ sightings }) => sightings.waiting,
    ),
    ofLogs(
      'sightings_lost_total',
      'Sightings never written down.',
      ({ sightings }) => sightings.lost,
    ),
    ofLogs(
      'feed_connected_total',
      'Connections of the feed.',
      ({ feedCounts }) => feedCounts.connected,
    ),
    ofLogs(
      'feed_healed_total',
      'Gaps and alterations healed from the log.',
      ({ feedCounts }) => feedCounts.healed,
    ),
    ofLogs(
      'feed_refused_notes_total',
      'Checkpoints refused.',
      ({ feedCounts }) => feedCounts.refusedNotes,
    ),
    {
      name: 'alarms',
      help: 'Alarms raised now: of each log, and without one of the register itself.',
      samples: [
        { value: alarms.raised.length },
        ...logs.map((log) => ({ value: log.alarms.raised.length, labels: { log: log.origin } })),
      ],
    },
  ]
}

const one = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  samples: [{ value }],
})

function ofPeers(
  { interfaces }: Parts,
  name: string,
  help: string,
  samplesOf: (counters: Counters) => readonly Sample[],
): Metric {
  const samples = Object.entries(interfaces.counters).flatMap(([label, peers]) =>
    [...peers.all()].flatMap(([peer, counters]) =>
      samplesOf(counters).map(({ value, labels }) => ({
        value,
        labels: { interface: label, peer, ...labels },
      })),
    ),
  )
  return { name, help, samples }
}
