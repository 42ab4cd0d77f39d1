import { isOneStore, thumbprint, type Eat, type SeenBoot } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'

/**
 * The boot this phone was seen in before, null where there was none; from now on that of the attestation,
 * if it is newer. Two that ask at once follow each other: one of them sees the other.
 */
export function takeBoot(
  { db, surroundings }: Context,
  { dak, bootCount, bootSeed }: Pick<Eat, 'dak' | 'bootCount' | 'bootSeed'>,
): Promise<SeenBoot | null> {
  const device_id = thumbprint(dak)
  const now = surroundings.clock()
  const boot = { boot_count: bootCount, boot_seed: bootSeed, at_ms: now }
  return inTransaction(db, async (trx) => {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('seen_boots')
      .values({ device_id, ...boot })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows === 1n) return null
    const row = await trx
      .selectFrom('seen_boots')
      .selectAll()
      .where('device_id', '=', device_id)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const seen = {
      count: Number(row.boot_count),
      seed: new Uint8Array(row.boot_seed),
      at: Number(row.at_ms),
    }
    if (isOneStore({ bootCount, bootSeed }, seen))
      await trx.updateTable('seen_boots').set(boot).where('device_id', '=', device_id).execute()
    return seen
  })
}
