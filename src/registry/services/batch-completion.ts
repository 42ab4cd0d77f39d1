import { demand, lapse } from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Transaction } from 'kysely'
import { audit } from '../model/audit.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { ordersOf, stateLogged } from '../model/orders.ts'
import { withdraw } from './batch-writes.ts'
import { batchById, batchSummary, type Batch, type Missing } from './batches.ts'

/** Above this share of all entries an approval needs a reason. */
const MASS_CHANGE = 0.01

const STANDING_NAMED = 1_000
const CHUNK = 500

/**
 * Closes an import once all of its rows were taken: only then can it be approved. What a new full
 * list no longer names is not undone: a case nobody approved is withdrawn, a lock that stands is
 * listed for people to release. A list that shrank suspiciously does so only with the second
 * officer's approval. @throws {Refusal} forbidden, not-found, import-incomplete
 */
export async function completeBatch(context: Context, caller: Caller, id: string): Promise<void> {
  demandRole(caller, 'officer')
  const batch = await batchById(context, caller, id)
  demand(batch.proposedBy === caller.sub, 'forbidden', 'another officer imports this list')
  if (batch.state !== 'open') return
  const { n } = await context.db
    .selectFrom('batch_rows')
    .select((e) => e.fn.countAll<bigint>().as('n'))
    .where('batch_id', '=', id)
    .executeTakeFirstOrThrow()
  const expected = batch.rows + batch.setAside
  demand(Number(n) === expected, 'import-incomplete', `${n} of ${expected} rows were taken`)
  await inTransaction(context.db, async (trx) => {
    const missing = batch.shrinkReason === null ? await settleMissing(trx, context, batch) : null
    await keepState(trx, id, { state: 'complete', ...(missing && { missing }) })
  })
  await audit(context, caller, 'batch.complete', {})
}

/**
 * The second officer's word for the list as a whole; the signatures follow case by case. Given once:
 * an approval that was interrupted, or waits for the cap, goes on without another reason.
 * @throws {Refusal} same-officer, import-incomplete, import-mass-change: a large share, no reason
 */
export async function approveBatch(
  context: Context,
  caller: Caller,
  id: string,
  reason: string | null,
): Promise<Batch> {
  const { batch, share } = await batchSummary(context, caller, id)
  demand(batch.proposedBy !== caller.sub, 'same-officer', 'the officer who imported cannot approve')
  demand(batch.state !== 'open', 'import-incomplete', 'rows of the list are still missing')
  if (batch.state === 'approved') return batch
  demand(
    share <= MASS_CHANGE || reason !== null,
    'import-mass-change',
    `would add ${Math.round(share * 100)} % to all entries`,
  )
  demand(
    batch.shrinkReason === null || reason !== null,
    'import-shrinks',
    'a list that shrank needs a reason of the second officer too',
  )
  await inTransaction(context.db, async (trx) => {
    const missing = batch.missing ?? (await settleMissing(trx, context, batch))
    await keepState(trx, id, { state: 'approved', approvedBy: caller.sub, reason, missing })
  })
  await audit(context, caller, 'batch.approve', {})
  return batchById(context, caller, id)
}

/** Moves an import on, and adds to what is known about it. */
async function keepState(
  trx: Transaction<Schema>,
  id: string,
  { state, ...facts }: { readonly state: Batch['state'] } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const row = await trx
    .selectFrom('batches')
    .select('counts')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const counts = JSON.stringify({ ...(row.counts as object), ...facts })
  await trx.updateTable('batches').set({ state, counts }).where('id', '=', id).execute()
}

/** Withdraws what this full list no longer names, and says which locks stand. */
async function settleMissing(
  trx: Transaction<Schema>,
  context: Context,
  batch: Batch,
): Promise<Missing | null> {
  if (batch.kind !== 'full') return null
  const gone = await trx
    .selectFrom('cases')
    .select(['id', 'subject_id', 'crime_reference', 'state'])
    .where('force', '=', batch.force)
    .where('batch_id', 'is not', null)
    .where('batch_id', '!=', batch.id)
    .where('state', 'in', ['open', 'proposed', 'locked'])
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('batch_rows')
            .select('batch_rows.row_no')
            .where('batch_rows.batch_id', '=', batch.id)
            .whereRef('batch_rows.subject_id', '=', 'cases.subject_id'),
        ),
      ),
    )
    .orderBy('crime_reference')
    .execute()
  const waiting = gone.filter(({ state }) => state !== 'locked').map(({ id }) => id)
  await withdraw(trx, waiting)
  const locked = gone.filter(({ state }) => state === 'locked')
  const now = Math.floor(context.sequencer.now() / 1000)
  const standing: string[] = []
  for (let at = 0; at < locked.length; at += CHUNK) {
    const part = locked.slice(at, at + CHUNK)
    const orders = await ordersOf(
      trx,
      part.map(({ subject_id }) => subject_id),
    )
    for (const { subject_id, crime_reference } of part) {
      const { state } = lapse(
        stateLogged(orders.get(subject_id) ?? [], context.sequencer.ledger),
        now,
      )
      if (state === 'stolen' || state === 'recovered') standing.push(crime_reference)
    }
  }
  return {
    withdrawn: waiting.length,
    standing: standing.slice(0, STANDING_NAMED),
    standingCount: standing.length,
  }
}
