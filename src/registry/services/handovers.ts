import { stageOf } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'
import { askWitnesses, waitTimes, waitsOf } from '../model/waits.ts'

/**
 * Whether one of these subjects is a phone that its owner gives away and a buyer can take now, whole. A
 * phone that nobody sells costs one question, known or not.
 */
export async function isReadyForHandover(
  context: Context,
  subjectIds: readonly string[],
): Promise<boolean> {
  const { db, sequencer } = context
  const now = sequencer.now()
  const offers = await db
    .selectFrom('transfer_offers')
    .innerJoin('waits', 'waits.id', 'transfer_offers.id')
    .innerJoin('devices', 'devices.id', 'transfer_offers.device_id')
    .innerJoin('subjects', 'subjects.device_id', 'devices.id')
    .select(['transfer_offers.id', 'transfer_offers.device_id'])
    .where('subjects.id', 'in', [...subjectIds])
    .where('waits.ended', 'is', null)
    .where('devices.unbound_parts', 'is', null)
    .where('transfer_offers.exp_ms', '>=', BigInt(now))
    .execute()
  for (const { id, device_id } of offers) {
    const device = new Uint8Array(device_id)
    const find = () => inTransaction(db, (trx) => waitsOf(trx, context, device))
    let found = await find()
    if (found.newest?.id === id && (await askWitnesses(context, found.newest))) found = await find()
    const { newest, isFree } = found
    if (isFree && newest?.id === id && stageOf(newest, waitTimes(sequencer)) === 'ready')
      return true
  }
  return false
}
