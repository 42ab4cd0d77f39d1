import { sql } from 'kysely'
import type { Context } from '../../context.ts'
import type { Subject } from '../../model/subjects.ts'
import type { Officer } from '../people/officers.ts'
import { PEER_MS, PLACE_MS, sharedTraces, type SharedTrace, type Trace } from './shared-traces.ts'

/** Why one case points to another. */
export type Shared =
  SharedTrace | { readonly what: 'part'; readonly type: string } | { readonly what: 'donor' }

/** Another case that has something in common with this one; of another force nothing but its name. */
export interface RelatedCase {
  readonly force: string
  readonly own: { readonly id: string; readonly crimeReference: string } | null
  readonly shared: readonly Shared[]
}

/** Of a phone's sightings the newest so many are compared, with the newest so many around each. */
const MOST_TRACES = 50
const MOST_AROUND = 20
/** Cases one page lists; what binds most comes first. */
const MOST_SHOWN = 20

/** Cases that share a place, a register or a part with the phone of this one. */
export async function relatedCases(
  context: Context,
  officer: Officer,
  subject: Subject,
): Promise<readonly RelatedCase[]> {
  const shared = await partsShared(context, subject)
  for (const [other, links] of await tracesShared(context, subject))
    shared.set(other, [...(shared.get(other) ?? []), ...links])
  if (shared.size === 0) return []
  const rows = await context.db
    .selectFrom('cases')
    .select(['id', 'force', 'crime_reference', 'subject_id'])
    .where('subject_id', 'in', [...shared.keys()])
    .where('state', 'not in', ['withdrawn', 'refused'])
    .where('why', '>', 0n)
    .orderBy('at_ms', 'desc')
    .execute()
  const isOwn = ({ force }: { readonly force: string }) => force === officer.iss
  const found = rows.map((row) => ({
    force: row.force,
    own: isOwn(row) ? { id: row.id, crimeReference: row.crime_reference } : null,
    shared: shared.get(row.subject_id) ?? [],
  }))
  return found.toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, MOST_SHOWN)
}

/** A part is in one phone at a time; a network is everybody's. */
const WEIGHTS = { part: 8, donor: 4, peer: 2, place: 1 } as const
const weightOf = ({ shared }: RelatedCase) =>
  shared.reduce((sum, { what }) => sum + WEIGHTS[what], 0)

interface Around extends Trace {
  readonly subject_id: string
  readonly at_ms: string
}

async function tracesShared({ db }: Context, { id }: Subject) {
  const rows = await db
    .selectFrom('sightings')
    .select(['at_ms', 'country', 'network', 'reporter'])
    .where('subject_id', '=', id)
    .where('network', 'is not', null)
    .orderBy('at_ms', 'desc')
    .limit(MOST_TRACES)
    .execute()
  const mine = rows.map(({ at_ms, ...row }) => ({ ...row, at: Number(at_ms) }))
  const around = await sql<Around>`
    with mine as (
      select at_ms, country, network, reporter from sightings
      where subject_id = ${id} and network is not null
      order by at_ms desc limit ${MOST_TRACES}
    )
    select distinct o.subject_id, o.at_ms, o.country, o.network, o.reporter
    from mine cross join lateral (
      (select * from sightings s
        where s.country = mine.country and s.network = mine.network
          and s.at_ms between mine.at_ms - ${PLACE_MS}::bigint and mine.at_ms + ${PLACE_MS}::bigint
          and s.subject_id <> ${id}
        order by s.at_ms desc limit ${MOST_AROUND})
      union all
      (select * from sightings s
        where s.reporter = mine.reporter and s.network is not null
          and s.at_ms between mine.at_ms - ${PEER_MS}::bigint and mine.at_ms + ${PEER_MS}::bigint
          and s.subject_id <> ${id}
        order by s.at_ms desc limit ${MOST_AROUND})
    ) o`.execute(db)
  const theirs = new Map<string, Trace[]>()
  for (const { subject_id, at_ms, ...trace } of around.rows)
    theirs.set(subject_id, [...(theirs.get(subject_id) ?? []), { ...trace, at: Number(at_ms) }])
  return new Map([...theirs].map(([other, traces]) => [other, sharedTraces(mine, traces)] as const))
}

/** Phones that had, have or asked for a part of this one, and phones with parts of the same donor. */
async function partsShared(
  { db }: Context,
  { ids }: Subject,
): Promise<Map<string, readonly Shared[]>> {
  if (ids.dak === null) return new Map()
  const { dak } = ids
  const { rows } = await sql<{ subject_id: string; type: string | null }>`
    with mine as (
      select id as part_id from parts where host = ${dak}
      union select part_id from part_bindings where host = ${dak} or donor = ${dak}
      union select part_id from part_claims where host = ${dak}
    ), others as (
      select p.id as part_id, p.host as device from parts p join mine on mine.part_id = p.id
      union select b.part_id, b.host from part_bindings b join mine using (part_id)
      union select b.part_id, b.donor from part_bindings b join mine using (part_id)
      union select c.part_id, c.host from part_claims c join mine using (part_id)
    )
    select distinct u.id as subject_id, p.type
    from others o
    join parts p on p.id = o.part_id
    join subjects u on u.device_id = o.device
    where o.device <> ${dak}
    union
    select u.id, null
    from part_bindings b
    join subjects u on u.device_id = b.host
    where b.host <> ${dak}
      and b.donor in (select donor from part_bindings where host = ${dak} and donor is not null)
    limit ${MOST_SHOWN * 10}`.execute(db)
  const shared = new Map<string, readonly Shared[]>()
  for (const { subject_id, type } of rows) {
    const link = type === null ? { what: 'donor' as const } : { what: 'part' as const, type }
    shared.set(subject_id, [...(shared.get(subject_id) ?? []), link])
  }
  return shared
}
