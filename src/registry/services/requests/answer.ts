import { sql } from 'kysely'
import { demand, parseImei14, type Imei14 } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { openCase } from '../cases.ts'

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

/** What waits for an officer, oldest first; who looks is recorded. @throws {Refusal} forbidden */
export async function listRequests(
  context: Context,
  caller: Caller,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<{ readonly items: readonly PoliceRequest[]; readonly next: string | null }> {
  demandRole(caller, 'officer')
  const { db } = context
  let query = db
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
  const items = rows.slice(0, limit).map((row) => ({
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
  }))
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** What an officer makes of a request. */
export type RequestAnswer =
  | { readonly reason: string }
  | {
      /** Of the case; follows from the officer's own request. */
      readonly caseId: string
      readonly crimeReference: string
      /** As the officer obtained it: from the operator, or from papers that he saw himself. */
      readonly imei: Imei14
      readonly own: 'operator' | 'in-person'
    }

/**
 * Takes a request up as a case, or refuses it with a reason that its owner reads. Of two officers one has it.
 * @throws {Refusal} forbidden, not-found, wrong-state: answered already · home-elsewhere
 */
export async function answerRequest(
  context: Context,
  caller: Caller,
  { id, answer }: { readonly id: string; readonly answer: RequestAnswer },
): Promise<{ readonly caseId: string | null }> {
  demandRole(caller, 'officer')
  const { db, surroundings } = context
  const row = await db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such request')
  const caseId = 'reason' in answer ? null : answer.caseId
  const isSameAgain = caseId !== null && row.case_id === caseId
  demand(row.state === 'waiting' || isSameAgain, 'wrong-state', 'somebody has answered it')
  const said =
    'reason' in answer
      ? { state: 'refused' as const, reason: answer.reason }
      : { state: 'taken' as const, own: answer.own, case_id: answer.caseId }
  // Before the case: who dies in between does the same again, and nobody else can.
  const taken = await db
    .updateTable('requests')
    .set({ ...said, answered_ms: surroundings.clock() })
    .where('id', '=', id)
    .where('state', '=', row.state)
    .executeTakeFirst()
  demand(taken.numUpdatedRows === 1n, 'wrong-state', 'somebody has answered it')
  await audit(context, caller, `request.${said.state}`, caseId === null ? {} : { caseId })
  if ('reason' in answer) return { caseId: null }
  const { crimeReference, imei } = answer
  const about = { imei }
  const wanted = { id: answer.caseId, crimeReference, why: Number(row.why), about }
  try {
    await openCase(context, caller, wanted)
  } catch (error) {
    await putBack(context, { id, caseId: answer.caseId })
    throw error
  }
  return { caseId: answer.caseId }
}

/** No case came of it: it waits again, for whoever. */
async function putBack(
  { db }: Context,
  { id, caseId }: { readonly id: string; readonly caseId: string },
): Promise<void> {
  await db
    .updateTable('requests')
    .set({ state: 'waiting', own: null, case_id: null, answered_ms: null })
    .where('id', '=', id)
    .where('case_id', '=', caseId)
    .execute()
}
