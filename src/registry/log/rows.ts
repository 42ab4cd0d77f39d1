import { sql, type Transaction } from 'kysely'
import { parseIdentityOpening, type Order } from '../../core/index.ts'
import { packed } from '../db/packed.ts'
import type { Schema } from '../db/tables.ts'
import type { Accepted } from './decide.ts'
import type { OrderContext } from './submission.ts'

/** Writes everything that belongs to the new entries, in few statements. */
export async function writeRows(
  trx: Transaction<Schema>,
  accepted: readonly Accepted[],
): Promise<void> {
  await insertEntries(trx, accepted)
  const orders = accepted.flatMap(orderRow)
  if (orders.length > 0) {
    await insertOrders(trx, orders)
    await closeDrafts(trx, orders)
  }
  await insertIdentityOpenings(trx, accepted)
  for (const { submission, index, t } of accepted) await submission.alongside?.(trx, { index, t })
}

/** An accepted order with what the registry alone knows of it. */
interface OrderRow {
  readonly index: number
  readonly t: number
  readonly order: Order
  readonly payload: Uint8Array
  readonly context: OrderContext
}

function orderRow({ submission, order, index, t }: Accepted): OrderRow[] {
  const { order: context, body } = submission
  return order && context ? [{ index, t, order, payload: body.payload, context }] : []
}

async function insertEntries(trx: Transaction<Schema>, rows: readonly Accepted[]): Promise<void> {
  const leaf = packed(rows.map(({ entry }) => entry))
  const oid = packed(rows.map(({ order }) => order?.oid ?? null))
  await sql`
    insert into entries (index, leaf, oid)
    select i, substr(${leaf.blob}::bytea, l_at, l_length), substr(${oid.blob}::bytea, o_at, o_length)
    from unnest(${rows.map(({ index }) => index)}::bigint[], ${leaf.at}::int[],
      ${leaf.length}::int[], ${oid.at}::int[], ${oid.length}::int[])
      as r(i, l_at, l_length, o_at, o_length)`.execute(trx)
}

async function insertOrders(trx: Transaction<Schema>, rows: readonly OrderRow[]): Promise<void> {
  const oid = packed(rows.map(({ order }) => order.oid))
  const payload = packed(rows.map((row) => row.payload))
  const opening = packed(rows.map(({ context }) => context.opening))
  const salt = packed(rows.map(({ context }) => context.ownerSalt))
  await sql`
    insert into orders
      (log_index, subject_id, oid, act, at_ms, payload, opening, owner_salt, case_id)
    select i, subject, substr(${oid.blob}::bytea, o_at, o_length), act, t,
      substr(${payload.blob}::bytea, p_at, p_length),
      substr(${opening.blob}::bytea, n_at, n_length),
      substr(${salt.blob}::bytea, s_at, s_length), case_id
    from unnest(${rows.map(({ index }) => index)}::bigint[],
      ${rows.map(({ context }) => context.subjectId)}::uuid[],
      ${rows.map(({ order }) => order.act)}::text[], ${rows.map(({ t }) => t)}::bigint[],
      ${rows.map(({ context }) => context.caseId)}::uuid[],
      ${oid.at}::int[], ${oid.length}::int[], ${payload.at}::int[], ${payload.length}::int[],
      ${opening.at}::int[], ${opening.length}::int[], ${salt.at}::int[], ${salt.length}::int[])
      as r(i, subject, act, t, case_id, o_at, o_length, p_at, p_length, n_at, n_length, s_at,
        s_length)`.execute(trx)
}

async function insertIdentityOpenings(
  trx: Transaction<Schema>,
  accepted: readonly Accepted[],
): Promise<void> {
  const rows = accepted.flatMap(({ index, submission: { opening } }) => {
    if (opening === undefined) return []
    return [{ log_index: index, imei14: parseIdentityOpening(opening).pair.imei14, opening }]
  })
  if (rows.length > 0) await trx.insertInto('identity_openings').values(rows).execute()
}

async function closeDrafts(trx: Transaction<Schema>, rows: readonly OrderRow[]): Promise<void> {
  const drafts = rows.filter(({ context }) => context.draftId !== null)
  if (drafts.length > 0)
    await sql`
      update drafts set state = 'logged', log_index = v.log_index
      from unnest(${drafts.map(({ context }) => context.draftId)}::uuid[],
        ${drafts.map(({ index }) => index)}::bigint[]) as v(id, log_index)
      where drafts.id = v.id`.execute(trx)
  const locked = rows.flatMap(({ order, context }) =>
    order.act === 'lock' && context.caseId ? [context.caseId] : [],
  )
  if (locked.length === 0) return
  await trx.updateTable('cases').set({ state: 'locked' }).where('id', 'in', locked).execute()
  await trx
    .updateTable('reports')
    .set({ decided_ms: rows[0]!.t })
    .where('id', 'in', trx.selectFrom('cases').select('report_id').where('id', 'in', locked))
    .execute()
}
