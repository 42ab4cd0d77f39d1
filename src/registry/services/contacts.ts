import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'
import { tell } from './notices.ts'

/** Sets where an owner is told by mail, or null. Whoever was told until now is told of that first. */
export function setContact(
  context: Context,
  { device, mail }: { readonly device: Uint8Array; readonly mail: string | null },
): Promise<void> {
  return inTransaction(context.db, async (trx) => {
    const known = await trx
      .selectFrom('contacts')
      .select('mail')
      .where('device_id', '=', device)
      .executeTakeFirst()
    if ((known?.mail ?? null) === mail) return
    await tell(context, trx, { device, what: 'contact', act: null, readyAt: null })
    await trx.deleteFrom('contacts').where('device_id', '=', device).execute()
    if (mail !== null)
      await trx.insertInto('contacts').values({ device_id: device, mail }).execute()
  })
}
