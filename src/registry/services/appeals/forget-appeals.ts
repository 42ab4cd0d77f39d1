import type { Context } from '../../context.ts'

/** So long an answered appeal can still be read, ms; afterwards only that there was one. */
const READABLE_MS = 90 * 86_400_000

/** What a holder wrote, and where he is reached, is kept no longer than somebody may ask about the answer. */
export async function forgetAppeals({ db, sequencer }: Context): Promise<void> {
  await db
    .updateTable('appeals')
    .set({ statement: '', reach: '' })
    .where('decided_ms', '<', BigInt(sequencer.now() - READABLE_MS))
    .where('statement', '<>', '')
    .execute()
}
