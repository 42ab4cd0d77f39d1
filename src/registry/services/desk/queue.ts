import { sql, type RawBuilder } from 'kysely'
import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { CaseState } from '../../db/tables.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { PROMISED_MS } from '../owners/timeline.ts'

/** What makes an officer look twice; each can be read from what is on record. */
export const MARKS = [
  'proof-given',
  'transferred',
  'reported-before',
  'disputed',
  'seen-since',
  'unlocked-since',
] as const
export type Mark = (typeof MARKS)[number]

/** Where a case stands at the desk. `waiting`: whatever nobody has decided. */
export const QUEUE_STATES = ['waiting', 'new', 'open', 'proposed', 'locked', 'refused'] as const
export type QueueState = (typeof QUEUE_STATES)[number]

/** How it came here: the owner's report, a request of somebody without a card, or a number an officer obtained. */
export const QUEUE_KINDS = ['report', 'request', 'number'] as const
export type QueueKind = (typeof QUEUE_KINDS)[number]

/** One line of the queue: nothing of its phone or owner, which only a case opens. Times in ms. */
export interface Queued {
  readonly kind: QueueKind
  /** Of the report or request; null where an officer opened the case by a number. */
  readonly reference: string | null
  /** Null: nobody has opened a case. */
  readonly caseId: string | null
  readonly crimeReference: string | null
  readonly state: CaseState | 'new'
  /** When it came here. */
  readonly at: number
  /** What its owner was promised; null: nothing. */
  readonly promisedAt: number | null
  readonly marks: readonly Mark[]
  /** Who works on it now, and until when; null: nobody. */
  readonly taken: { readonly officer: string; readonly until: number } | null
}

export interface QueueFilter {
  readonly state: QueueState
  readonly mark: Mark | null
  readonly kind: QueueKind | null
  readonly isMine: boolean
  /** The last answer's `next`. */
  readonly after: string | null
}

export interface QueuePage {
  readonly items: readonly Queued[]
  readonly next: string | null
}

const PAGE = 25
const CURSOR = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const NIL = '00000000-0000-0000-0000-000000000000'

const STATES: Readonly<Record<QueueState, readonly string[]>> = {
  waiting: ['new', 'open', 'proposed'],
  new: ['new'],
  open: ['open'],
  proposed: ['proposed'],
  locked: ['locked'],
  refused: ['refused'],
}

type MarkColumns = Readonly<Record<(typeof COLUMN_OF)[Mark], boolean>>

const COLUMN_OF = {
  'proof-given': 'proof_given',
  transferred: 'transferred',
  'reported-before': 'reported_before',
  disputed: 'disputed',
  'seen-since': 'seen_since',
  'unlocked-since': 'unlocked_since',
} as const satisfies Readonly<Record<Mark, string>>

/** The device of a line `w`. */
const phoneOf = sql`(select u.device_id from subjects u where u.id = w.subject_id)`

/** Of a line `w`: what was on record before it came, or has happened since. */
const MARKED: Readonly<Record<Mark, RawBuilder<boolean>>> = {
  'proof-given': sql`w.proof_given`,
  transferred: sql`exists (select 1 from sales s where s.device_id = ${phoneOf})`,
  'reported-before': sql`exists (
    select 1 from reports e where e.subject_id = w.subject_id and e.at_ms < w.at_ms)`,
  disputed: sql`exists (
    select 1 from disputes d where d.subject_id = w.subject_id and d.heard_ms is null)`,
  'seen-since': sql`exists (
    select 1 from sightings g where g.subject_id = w.subject_id and g.at_ms > w.at_ms)`,
  'unlocked-since': sql`exists (
    select 1 from waits a where a.device_id = ${phoneOf} and a.requested_ms > w.at_ms
      and 'phone' in (a.first, a.second))`,
}

interface Row extends MarkColumns {
  readonly id: string
  readonly kind: QueueKind
  readonly reference: string | null
  readonly at_ms: string
  readonly case_id: string | null
  readonly crime_reference: string | null
  readonly state: CaseState | 'new'
  readonly officer: string | null
  readonly until_ms: string | null
}

/**
 * What waits for a force, oldest first, a page at a time: the reports its intake held, and its cases without one.
 * Imported lists are approved as a whole and elsewhere, and signs of clones name no crime.
 * @throws {Refusal} forbidden, bad-cursor
 */
export async function deskQueue(
  { db, surroundings }: Context,
  caller: Caller,
  filter: QueueFilter,
): Promise<QueuePage> {
  demandRole(caller, 'officer')
  const { state, mark, kind, isMine } = filter
  const now = surroundings.clock()
  const isOpen = !['locked', 'refused'].includes(state)
  const [at, id] = filter.after === null ? ['0', NIL] : cursorOf(filter.after)
  const from = sql`(${at}::bigint, ${id}::uuid)`
  // Each half is cut where an index gives its order; marks are looked up for what is shown, or for what is asked.
  const cut = (one: RawBuilder<unknown>) => sql`
    and ${one} in (${sql.join(STATES[state])})
    ${mark === null ? sql`` : sql`and ${MARKED[mark]}`}
    ${isMine ? sql`and t.officer = ${caller.sub}` : sql``}`
  const taking = sql`left join case_takings t on t.case_id = c.id and t.until_ms > ${now}`
  const { rows } = await sql<Row>`
    select w.*, ${sql.join(MARKS.map((each) => sql`${MARKED[each]} as ${sql.ref(COLUMN_OF[each])}`))}
    from (
      (select w.id, 'report' as kind, w.reference, w.subject_id, w.at_ms, w.proof_given,
        c.id as case_id, c.crime_reference, coalesce(c.state, 'new') as state, t.officer, t.until_ms
      from (
        select r.*, exists (
          select 1 from report_details d where d.report_id = r.id and d.purchase <> ''
        ) as proof_given from reports r where r.force = ${caller.iss} ${isOpen ? sql`and r.decided_ms is null` : sql``}
      ) w
      left join lateral (
        select id, crime_reference, state from cases
        where report_id = w.id and force = ${caller.iss} order by at_ms, id limit 1
      ) c on true
      ${taking}
      where (w.at_ms, w.id) > ${from} ${kind === null || kind === 'report' ? sql`` : sql`and false`} ${cut(sql`coalesce(c.state, 'new')`)}
      order by w.at_ms, w.id limit ${PAGE + 1})
      union all
      (select w.id, w.kind, w.reference, w.subject_id, w.at_ms, w.proof_given,
        c.id, c.crime_reference, c.state, t.officer, t.until_ms
      from (
        select c.*, case when q.id is null then 'number' else 'request' end as kind, q.reference,
          coalesce(q.own, '') = 'in-person' as proof_given
        from cases c left join requests q on q.case_id = c.id
        where c.force = ${caller.iss} and c.report_id is null and c.batch_id is null and c.why > 0
      ) w
      join cases c on c.id = w.id
      ${taking}
      where (w.at_ms, w.id) > ${from} ${kind === null ? sql`` : sql`and w.kind = ${kind}`}
        ${cut(sql`c.state`)}
      order by w.at_ms, w.id limit ${PAGE + 1})
    ) w
    order by w.at_ms, w.id
    limit ${PAGE + 1}`.execute(db)
  const page = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? page.at(-1) : undefined
  return {
    items: page.map(queued),
    next: last === undefined ? null : `${last.at_ms}.${last.id}`,
  }
}

/** One report of this force and its case. @throws {Refusal} not-found: there is none, or it is another force's */
export async function queuedReport({ db }: Context, caller: Caller, reference: string) {
  demandRole(caller, 'officer')
  const row = await db
    .selectFrom('reports')
    .leftJoin('cases', (join) =>
      join.onRef('cases.report_id', '=', 'reports.id').on('cases.force', '=', caller.iss),
    )
    .select('cases.id as caseId')
    .where('reports.reference', '=', reference)
    .where('reports.force', '=', caller.iss)
    .orderBy('cases.at_ms')
    .orderBy('cases.id')
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such report of your force')
  return { caseId: row.caseId }
}

/** @throws {Refusal} bad-cursor */
function cursorOf(text: string): readonly [string, string] {
  const [, at, id] = CURSOR.exec(text) ?? []
  demand(at !== undefined && id !== undefined, 'bad-cursor', 'not one of our cursors')
  return [at, id]
}

function queued(row: Row): Queued {
  const at = Number(row.at_ms)
  return {
    kind: row.kind,
    reference: row.reference,
    caseId: row.case_id,
    crimeReference: row.crime_reference,
    state: row.state,
    at,
    promisedAt: row.kind === 'number' ? null : at + PROMISED_MS,
    marks: MARKS.filter((mark) => row[COLUMN_OF[mark]]),
    taken: row.officer === null ? null : { officer: row.officer, until: Number(row.until_ms) },
  }
}
