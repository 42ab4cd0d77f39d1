import { demand, lapse, stateInForce, type State } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { RequestState } from '../../db/request-tables.ts'
import { frontiersOf } from '../../log/published.ts'
import { ordersOf } from '../../model/orders.ts'
import { phoneNumber } from './ask.ts'

/** A request as whoever left it reads it. Times in ms. */
export interface RequestNow {
  readonly reference: string
  readonly at: number
  readonly state: RequestState
  readonly answeredAt: number | null
  /** Why it was refused: one of `REQUEST_REFUSALS`, or the words of an officer who used a program. */
  readonly reason: string | null
  /** What became of the phone once an officer took it up; null before. */
  readonly phone: State | null
}

/** The request with this reference, to whoever names its phone's number too. @throws {Refusal} not-found */
export async function requestFollowed(
  { db }: Context,
  asked: { readonly reference: string; readonly number: string },
): Promise<string> {
  const row = await db
    .selectFrom('requests')
    .select('id')
    .where('reference', '=', asked.reference)
    .where('number', '=', phoneNumber(asked.number) ?? '')
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no request with this reference and number')
  return row.id
}

/** @throws {Refusal} not-found */
export async function requestNow(context: Context, id: string): Promise<RequestNow> {
  const row = await context.db
    .selectFrom('requests')
    .leftJoin('cases', 'cases.id', 'requests.case_id')
    .select(['requests.reference', 'requests.at_ms', 'requests.state', 'requests.reason'])
    .select(['requests.answered_ms', 'cases.subject_id'])
    .where('requests.id', '=', id)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such request')
  return {
    reference: row.reference,
    at: Number(row.at_ms),
    state: row.state,
    answeredAt: row.answered_ms === null ? null : Number(row.answered_ms),
    reason: row.reason,
    phone: row.subject_id === null ? null : await stateOf(context, row.subject_id),
  }
}

async function stateOf({ db, sequencer }: Context, subjectId: string): Promise<State> {
  const orders = (await ordersOf(db, [subjectId])).get(subjectId) ?? []
  const device = stateInForce(orders, frontiersOf(sequencer.published), sequencer.ledger)
  return lapse(device, Math.floor(sequencer.now() / 1000)).state
}
