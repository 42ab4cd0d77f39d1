import { sql } from 'kysely'
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
  const [at, id] = filter.after === null ? ['0', NIL] : cursorOf(filter.after)
  const from = sql`(${at}::bigint, ${id}::uuid)`
  const { rows } = await sql<Row>`
    select * from (
      select w.*, t.officer, t.until_ms,
        exists (select 1 from sales s where s.device_id = u.device_id) as transferred,
        exists (select 1 from reports e where e.subject_id = w.subject_id and e.at_ms < w.at_ms)
          as reported_before,
        exists (select 1 from disputes d where d.subject_id = w.subject_id and d.heard_ms is null)
          as disputed,
        exists (select 1 from sightings g where g.subject_id = w.subject_id and g.at_ms > w.at_ms)
          as seen_since,
        exists (select 1 from waits a where a.device_id = u.device_id and a.requested_ms > w.at_ms
          and 'phone' in (a.first, a.second)) as unlocked_since
      from (
        select r.id, 'report' as kind, r.reference, r.subject_id, r.at_ms,
          c.id as case_id, c.crime_reference, coalesce(c.state, 'new') as state,
          coalesce(p.purchase, '') <> '' as proof_given
        from reports r
        left join report_details p on p.report_id = r.id
        left join lateral (
          select id, crime_reference, state from cases
          where report_id = r.id and force = ${caller.iss} order by at_ms, id limit 1
        ) c on true
        where r.force = ${caller.iss} and (r.at_ms, r.id) > ${from}
        union all
        select c.id, case when q.id is null then 'number' else 'request' end, q.reference,
          c.subject_id, c.at_ms, c.id, c.crime_reference, c.state,
          coalesce(q.own, '') = 'in-person'
        from cases c
        left join requests q on q.case_id = c.id
        where c.force = ${caller.iss} and c.report_id is null and c.batch_id is null and c.why > 0
          and (c.at_ms, c.id) > ${from}
      ) w
      join subjects u on u.id = w.subject_id
      left join case_takings t on t.case_id = w.case_id and t.until_ms > ${now}
    ) q
    where q.state in (${sql.join(STATES[state])})
      ${kind === null ? sql`` : sql`and q.kind = ${kind}`}
      ${isMine ? sql`and q.officer = ${caller.sub}` : sql``}
      ${mark === null ? sql`` : sql`and ${sql.ref(COLUMN_OF[mark])}`}
    order by q.at_ms, q.id
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
