import { sql } from 'kysely'
import { demand, isWithin, parseOrder } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { CaseState } from '../../db/tables.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { PROMISED_MS } from '../owners/timeline.ts'

/** What makes an officer look twice; each can be read from what is on record. */
export const MARKS = ['transferred', 'reported-before', 'disputed', 'seen-since'] as const
export type Mark = (typeof MARKS)[number]

/** Where a report stands at the desk. `waiting`: whatever nobody has decided. */
export const QUEUE_STATES = ['waiting', 'new', 'open', 'proposed', 'locked', 'refused'] as const
export type QueueState = (typeof QUEUE_STATES)[number]

/** One report in the queue: nothing of its phone or owner, which only a case opens. */
export interface Queued {
  readonly reference: string
  /** Null: nobody has opened a case. */
  readonly caseId: string | null
  readonly state: CaseState | 'new'
  readonly reportedAt: number
  readonly promisedAt: number
  readonly marks: readonly Mark[]
  /** Who works on it now, and until when; null: nobody. */
  readonly taken: { readonly officer: string; readonly until: number } | null
}

export interface QueueFilter {
  readonly state: QueueState
  readonly mark: Mark | null
  readonly isMine: boolean
  /** The last answer's `next`. */
  readonly after: string | null
}

export interface QueuePage {
  readonly items: readonly Queued[]
  readonly next: string | null
}

const PAGE = 25
const CURSOR = /^(\d{1,15})\.([0-9a-f-]{36})$/

const STATES: Readonly<Record<QueueState, readonly string[]>> = {
  waiting: ['new', 'open', 'proposed'],
  new: ['new'],
  open: ['open'],
  proposed: ['proposed'],
  locked: ['locked'],
  refused: ['refused'],
}

interface Row {
  readonly id: string
  readonly reference: string
  readonly at_ms: string
  readonly payload: Uint8Array
  readonly case_id: string | null
  readonly state: CaseState | 'new'
  readonly officer: string | null
  readonly until_ms: string | null
  readonly transferred: boolean
  readonly reported_before: boolean
  readonly disputed: boolean
  readonly seen_since: boolean
}

/**
 * The reports that a force's intake held, oldest first, a page at a time. @throws {Refusal} forbidden, bad-cursor
 */
export async function deskQueue(
  { db, surroundings }: Context,
  caller: Caller,
  filter: QueueFilter,
): Promise<QueuePage> {
  demandRole(caller, 'officer')
  const now = surroundings.clock()
  const from = filter.after === null ? ['0', NIL] : cursorOf(filter.after)
  const { rows } = await sql<Row>`
    select * from (
      select r.id, r.reference, r.at_ms, o.payload, c.id as case_id,
        coalesce(c.state, 'new') as state,
        t.officer, t.until_ms,
        exists (select 1 from sales s where s.device_id = u.device_id) as transferred,
        exists (select 1 from reports e where e.subject_id = r.subject_id and e.at_ms < r.at_ms)
          as reported_before,
        exists (select 1 from disputes d where d.subject_id = r.subject_id and d.heard_ms is null)
          as disputed,
        exists (select 1 from sightings g where g.subject_id = r.subject_id and g.at_ms > r.at_ms)
          as seen_since
      from reports r
      join orders o on o.log_index = r.hold_index
      join subjects u on u.id = r.subject_id
      left join cases c on c.report_id = r.id and c.force = ${caller.iss}
      left join case_takings t on t.case_id = c.id and t.until_ms > ${now}
      where (r.at_ms, r.id) > (${from[0]}::bigint, ${from[1]}::uuid)
    ) q
    where q.state in (${sql.join(STATES[filter.state])})
      ${filter.isMine ? sql`and q.officer = ${caller.sub}` : sql``}
      ${filter.mark === null ? sql`` : sql`and ${sql.ref(filter.mark.replace('-', '_'))}`}
    order by q.at_ms, q.id
    limit ${PAGE + 1}`.execute(db)
  const page = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? page.at(-1) : undefined
  return {
    items: page.filter((row) => isOfForce(row, caller)).map(queued),
    next: last === undefined ? null : `${last.at_ms}.${last.id}`,
  }
}

/** One report of this force and its case. @throws {Refusal} not-found: there is none, or it is another force's */
export async function queuedReport({ db }: Context, caller: Caller, reference: string) {
  demandRole(caller, 'officer')
  const row = await db
    .selectFrom('reports')
    .innerJoin('orders', 'orders.log_index', 'reports.hold_index')
    .leftJoin('cases', (join) =>
      join.onRef('cases.report_id', '=', 'reports.id').on('cases.force', '=', caller.iss),
    )
    .select(['orders.payload', 'cases.id as caseId'])
    .where('reports.reference', '=', reference)
    .executeTakeFirst()
  demand(row !== undefined && isOfForce(row, caller), 'not-found', 'no such report of your force')
  return { caseId: row.caseId }
}

const NIL = '00000000-0000-0000-0000-000000000000'

/** @throws {Refusal} bad-cursor */
function cursorOf(text: string): readonly [string, string] {
  const [, at, id] = CURSOR.exec(text) ?? []
  demand(at !== undefined && id !== undefined, 'bad-cursor', 'not one of our cursors')
  return [at, id]
}

/** Each force has its intake, and sees what that one held. */
const isOfForce = ({ payload }: Pick<Row, 'payload'>, { iss }: Caller) =>
  isWithin(parseOrder(new Uint8Array(payload)).auth, iss)

function queued(row: Row): Queued {
  const marks: Readonly<Record<Mark, boolean>> = {
    transferred: row.transferred,
    'reported-before': row.reported_before,
    disputed: row.disputed,
    'seen-since': row.seen_since,
  }
  const reportedAt = Number(row.at_ms)
  return {
    reference: row.reference,
    caseId: row.case_id,
    state: row.state,
    reportedAt,
    promisedAt: reportedAt + PROMISED_MS,
    marks: MARKS.filter((mark) => marks[mark]),
    taken: row.officer === null ? null : { officer: row.officer, until: Number(row.until_ms) },
  }
}
