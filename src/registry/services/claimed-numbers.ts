import { demand, equal, parseImei14, type Imei14, type MadeDevice } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'
import { noteMisfit } from './attested-clones.ts'
import { homeElsewhere } from './home.ts'

/** Nobody else has its numbers, here or elsewhere: who comes second is told to police. @throws {Refusal} identity-conflict */
export async function demandUnclaimed(context: Context, made: MadeDevice): Promise<void> {
  await demandAtHome(context, made)
  try {
    await claimNumbers(context, made)
  } catch (error) {
    const imeis = await numbersOfOthers(context, made)
    await noteMisfit(context, { device: made.dak, why: 'keys', imeis })
    throw error
  }
}

/** None of its numbers is at home in another registry; one that is, is told to police. @throws {Refusal} identity-conflict */
export async function demandAtHome(
  context: Context,
  { dak, imeis }: Pick<MadeDevice, 'dak' | 'imeis'>,
): Promise<void> {
  for (const imei of imeis) {
    const home = await homeElsewhere(context, imei)
    if (home !== null) await noteMisfit(context, { device: dak, why: 'keys', imeis: [imei] })
    demand(home === null, 'identity-conflict', 'one of the numbers is at home in another registry')
  }
}

/**
 * First the numbers, so that of two keys that want one only one gets it: all of them or none, or a
 * refused device would keep the other number from its honest owner. @throws {Refusal} identity-conflict
 */
async function claimNumbers({ db }: Context, made: MadeDevice): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx
      .insertInto('device_imeis')
      .values(made.imeis.map((imei14, i) => ({ imei14, device_id: made.dak, slot: i + 1 })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const rows = await trx
      .selectFrom('device_imeis')
      .select('device_id')
      .where('imei14', 'in', [...made.imeis])
      .execute()
    const ours = rows.every((row) => equal(new Uint8Array(row.device_id), made.dak))
    demand(ours, 'identity-conflict', 'one of the numbers is enrolled for another key')
  })
}

/** Those of its numbers that are enrolled for another key. */
async function numbersOfOthers({ db }: Context, made: MadeDevice): Promise<Imei14[]> {
  const rows = await db
    .selectFrom('device_imeis')
    .select('imei14')
    .where('imei14', 'in', [...made.imeis])
    .where('device_id', '<>', made.dak)
    .execute()
  return rows.map(({ imei14 }) => parseImei14(imei14))
}
