import { sql, type Transaction } from 'kysely'
import { parseOrder } from '../../core/index.ts'
import type { Schema } from '../db/tables.ts'
import type { Accepted } from './decide.ts'

/** Rows of one statement; PostgreSQL takes 65,535 parameters. */
const CHUNK = 1_000

/** Writes everything that belongs to the new entries, in few statements. */
export async function writeRows(
  trx: Transaction<Schema>,
  accepted: readonly Accepted[],
): Promise<void> {
  for (let i = 0; i < accepted.length; i += CHUNK) {
    const part = accepted.slice(i, i + CHUNK)
    await trx.insertInto('entries').values(part.map(entryRow)).execute()
    const orders = part.flatMap(orderRow)
    if (orders.length > 0) await trx.insertInto('orders').values(orders).execute()
    await closeDrafts(trx, part)
  }
  for (const { submission, index, t } of accepted) await submission.alongside?.(trx, { index, t })
}

function entryRow({ submission, entry, index }: Accepted) {
  const oid = submission.kind === 'order' ? parseOrder(submission.body.payload).oid : null
  return { index, leaf: entry, oid }
}

function orderRow({ submission, index, t }: Accepted) {
  const { order: context, body } = submission
  if (!context) return []
  const order = parseOrder(body.payload)
  return [
    {
      log_index: index,
      subject_id: context.subjectId,
      oid: order.oid,
      act: order.act,
      at_ms: t,
      payload: body.payload,
      opening: context.opening,
      owner_salt: context.ownerSalt,
      case_id: context.caseId,
    },
  ]
}

async function closeDrafts(trx: Transaction<Schema>, part: readonly Accepted[]): Promise<void> {
  const drafts = part.flatMap(({ submission, index }) =>
    submission.order?.draftId ? [{ id: submission.order.draftId, index }] : [],
  )
  if (drafts.length > 0) {
    const values = sql.join(drafts.map(({ id, index }) => sql`(${id}::uuid, ${index}::bigint)`))
    await sql`update drafts set state = 'logged', log_index = v.log_index
      from (values ${values}) as v(id, log_index) where drafts.id = v.id`.execute(trx)
  }
  const locked = part.flatMap(({ submission }) => {
    const { order: context, body } = submission
    return context?.caseId && parseOrder(body.payload).act === 'lock' ? [context.caseId] : []
  })
  if (locked.length > 0)
    await trx.updateTable('cases').set({ state: 'locked' }).where('id', 'in', locked).execute()
}
