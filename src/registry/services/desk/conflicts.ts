import type { Imei14 } from '../../../core/index.ts'
import type { Context } from '../../context.ts'

/** Whether the log says that several phones wear one of these numbers. */
export async function isInConflict(
  { db, sequencer }: Context,
  imeis: readonly Imei14[],
): Promise<boolean> {
  if (imeis.length === 0) return false
  const rows = await db
    .selectFrom('identity_openings')
    .select('log_index')
    .where('imei14', 'in', [...imeis])
    .execute()
  return rows.some(
    ({ log_index }) => sequencer.ledger.identity(Number(log_index))?.record.type === 'conflict',
  )
}
