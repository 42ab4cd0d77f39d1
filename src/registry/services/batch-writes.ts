import type { Insertable, Transaction } from 'kysely'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'

/** All rows that one request of an import leaves behind. */
export interface Writes {
  readonly cases: Insertable<Schema['cases']>[]
  /** Cases that get a new draft, with the salt its hashes are made with. */
  readonly redrafted: { readonly id: string; readonly salt: Uint8Array }[]
  readonly drafts: Insertable<Schema['drafts']>[]
  readonly rows: Insertable<Schema['batch_rows']>[]
  /** Cases that the list takes back before anybody approved them. */
  readonly withdrawn: string[]
}

export function noWrites(): Writes {
  return { cases: [], redrafted: [], drafts: [], rows: [], withdrawn: [] }
}

/** Together or not at all, so that an interrupted import resumes at a whole request. */
export async function write({ db }: Context, writes: Writes): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (writes.cases.length > 0) await trx.insertInto('cases').values(writes.cases).execute()
    for (const { id, salt } of writes.redrafted)
      await trx
        .updateTable('cases')
        .set({ state: 'proposed', case_salt: salt })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .execute()
    if (writes.drafts.length > 0) await trx.insertInto('drafts').values(writes.drafts).execute()
    if (writes.rows.length > 0) await trx.insertInto('batch_rows').values(writes.rows).execute()
    await withdraw(trx, writes.withdrawn)
  })
}

const CHUNK = 1_000

/** Takes cases back, unless somebody approved them meanwhile. */
export async function withdraw(trx: Transaction<Schema>, cases: readonly string[]): Promise<void> {
  for (let at = 0; at < cases.length; at += CHUNK) {
    const part = cases.slice(at, at + CHUNK)
    await trx
      .updateTable('cases')
      .set({ state: 'withdrawn' })
      .where('id', 'in', part)
      .where('state', 'in', ['open', 'proposed'])
      .execute()
    await trx
      .updateTable('drafts')
      .set({ state: 'void' })
      .where('case_id', 'in', part)
      .where('state', '=', 'collecting')
      .execute()
  }
}
