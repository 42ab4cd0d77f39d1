import type { Insertable } from 'kysely'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'

/** All rows that one request of an import leaves behind. */
export interface Writes {
  readonly cases: Insertable<Schema['cases']>[]
  readonly drafts: Insertable<Schema['drafts']>[]
  readonly refused: Insertable<Schema['batch_rows_refused']>[]
  /** Cases that the list takes back before anybody approved them. */
  readonly withdrawn: string[]
}

/** Together or not at all, so that an interrupted import resumes at a whole request. */
export async function write({ db }: Context, writes: Writes): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (writes.cases.length > 0) await trx.insertInto('cases').values(writes.cases).execute()
    if (writes.drafts.length > 0) await trx.insertInto('drafts').values(writes.drafts).execute()
    if (writes.refused.length > 0)
      await trx
        .insertInto('batch_rows_refused')
        .values(writes.refused)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    if (writes.withdrawn.length > 0) {
      await trx
        .updateTable('cases')
        .set({ state: 'withdrawn' })
        .where('id', 'in', writes.withdrawn)
        .execute()
      await trx
        .updateTable('drafts')
        .set({ state: 'void' })
        .where('case_id', 'in', writes.withdrawn)
        .where('state', '=', 'collecting')
        .execute()
    }
  })
}
