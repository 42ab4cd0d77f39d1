import { parseTac, type Imei14 } from '../../../core/index.ts'
import type { Context } from '../../context.ts'

const TAC_LENGTH = 8

/**
 * What phones of this number's TAC are called, so that a typing mistake is seen. It follows from the first eight
 * digits alone: whether this very phone is known, it does not say. Null: nobody knows the model.
 */
export async function modelOfNumber({ db, models }: Context, imei: Imei14): Promise<string | null> {
  const tac = imei.slice(0, TAC_LENGTH)
  const listed = models?.nameOf(parseTac(tac))
  if (listed) return listed
  const row = await db
    .selectFrom('device_imeis')
    .innerJoin('devices', 'devices.id', 'device_imeis.device_id')
    .select('devices.model')
    .where('device_imeis.imei14', '>=', `${tac}000000`)
    .where('device_imeis.imei14', '<=', `${tac}999999`)
    .orderBy('device_imeis.imei14')
    .limit(1)
    .executeTakeFirst()
  return row?.model ?? null
}
