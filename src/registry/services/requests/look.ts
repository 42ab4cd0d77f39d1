import { sql, type Selectable } from 'kysely'
import { demand, parseImei14, type Imei14 } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { RequestState } from '../../db/request-tables.ts'
import type { Schema } from '../../db/tables.ts'
import { audit } from '../../model/audit.ts'
import { demandRole, type Caller } from '../../model/caller.ts'

/** A request as officers read it. Times in ms. */
export interface PoliceRequest {
  readonly id: string
  readonly reference: string
  readonly at: number
  readonly why: number
  readonly name: string
  readonly number: string
  readonly operator: string
  readonly happened: string
  readonly reach: string
  /** As the owner says, and nobody has proved. */
  readonly imei: Imei14 | null
  /** Other requests that named the same telephone number. */
  readonly others: number
}

/** One request at the desk: what its owner says while nobody has answered, and no longer. */
export type RequestAtDesk =
  | { readonly state: 'waiting'; readonly request: PoliceRequest }
  | { readonly state: Exclude<RequestState, 'waiting'>; readonly reference: string }

/** What waits for an officer, oldest first; who looks is recorded. @throws {Refusal} forbidden, bad-cursor */
export async function listRequests(
  context: Context,
  caller: Caller,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<{ readonly items: readonly PoliceRequest[]; readonly next: string | null }> {
  demandRole(caller, 'officer')
  const { db } = context
  let query = requestRows(context)
    .where('state', '=', 'waiting')
    .orderBy('at_ms')
    .orderBy('id')
    .limit(limit + 1)
  if (after !== undefined) {
    const from = await db
      .selectFrom('requests')
      .select(['at_ms', 'id'])
      .where('id', '=', after)
      .executeTakeFirst()
    demand(from !== undefined, 'bad-cursor', 'no such place in the list')
    query = query.where((is) =>
      is.or([
        is('at_ms', '>', from.at_ms),
        is.and([is('at_ms', '=', from.at_ms), is('id', '>', from.id)]),
      ]),
    )
  }
  const rows = await query.execute()
  await audit(context, caller, 'request.list', {})
  const items = rows.slice(0, limit).map(requestOf)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** How many wait: nothing of anybody. @throws {Refusal} forbidden */
export async function waitingRequests({ db }: Context, caller: Caller): Promise<number> {
  demandRole(caller, 'officer')
  const { n } = await db
    .selectFrom('requests')
    .select(({ fn }) => fn.countAll<bigint>().as('n'))
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** One request, for an officer who looks at it: a look that is recorded. @throws {Refusal} forbidden, not-found */
export async function requestAtDesk(
  context: Context,
  caller: Caller,
  id: string,
): Promise<RequestAtDesk> {
  demandRole(caller, 'officer')
  const row = await requestRows(context).where('requests.id', '=', id).executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such request')
  await audit(context, caller, 'request.view', { requestId: id })
  const { state, reference } = row
  return state === 'waiting' ? { state, request: requestOf(row) } : { state, reference }
}

/** What the owner said in the request a case came of, and how its number was obtained; null: none did. */
export async function requestOfCase(context: Context, caseId: string) {
  const row = await requestRows(context).where('case_id', '=', caseId).executeTakeFirst()
  return row === undefined ? null : { ...requestOf(row), own: row.own }
}

const requestRows = ({ db }: Context) =>
  db
    .selectFrom('requests')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('requests as other')
        .select(sql<string>`count(*)`.as('n'))
        .whereRef('other.number', '=', 'requests.number')
        .whereRef('other.id', '<>', 'requests.id')
        .as('others'),
    )

function requestOf(
  row: Selectable<Schema['requests']> & { readonly others: string | null },
): PoliceRequest {
  return {
    id: row.id,
    reference: row.reference,
    at: Number(row.at_ms),
    why: Number(row.why),
    name: row.name,
    number: row.number,
    operator: row.operator,
    happened: row.happened,
    reach: row.reach,
    imei: row.imei14 === null ? null : parseImei14(row.imei14),
    others: Number(row.others),
  }
}
