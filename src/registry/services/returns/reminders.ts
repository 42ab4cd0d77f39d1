import type { Context } from '../../context.ts'
import { inTransaction } from '../../db/transaction.ts'
import { tell } from '../notices.ts'

/** An owner who says nothing for so long is reminded, once; then police follow their own procedure. */
export const SILENT_MS = 28 * 86_400_000
const AT_ONCE = 100

/** Reminds owners whose phone lies with police for 28 days without a word of theirs. */
export async function remindOwners(context: Context): Promise<void> {
  const { db, sequencer } = context
  const due = await db
    .selectFrom('returns')
    .select(['found_index', 'device_id'])
    .where('at_ms', '<=', BigInt(sequencer.now() - SILENT_MS))
    .where('chosen_ms', 'is', null)
    .where('reminded_ms', 'is', null)
    .where('released_ms', 'is', null)
    .where('device_id', 'is not', null)
    .limit(AT_ONCE)
    .execute()
  for (const { found_index, device_id } of due)
    await inTransaction(db, async (trx) => {
      const mine = await trx
        .updateTable('returns')
        .set({ reminded_ms: sequencer.now() })
        .where('found_index', '=', found_index)
        .where('reminded_ms', 'is', null)
        .executeTakeFirst()
      if (mine.numUpdatedRows !== 1n || device_id === null) return
      const device = new Uint8Array(device_id)
      await tell(context, trx, { device, what: 'return-waits', act: null, readyAt: null })
    })
}
