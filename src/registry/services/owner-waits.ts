import type { Context } from '../context.ts'
import { noticesOf, type Notice } from './notices.ts'
import { waitingAct, type WaitStatus } from './waits.ts'

/** One phone of an owner: what waits for it, and what was told. */
export interface OwnersPhone {
  readonly device: Uint8Array
  readonly serial: string | null
  readonly model: string
  readonly isProtected: boolean
  readonly waiting: WaitStatus | null
  readonly notices: readonly Notice[]
}

/** Everything that is known for these phones of one owner. */
export function ownersPhones(
  context: Context,
  devices: readonly Uint8Array[],
): Promise<OwnersPhone[]> {
  return Promise.all(
    devices.map(async (device) => {
      const row = await context.db
        .selectFrom('devices')
        .select(['serial', 'model', 'unprotected_index'])
        .where('id', '=', device)
        .executeTakeFirstOrThrow()
      return {
        device,
        serial: row.serial,
        model: row.model,
        isProtected: row.unprotected_index === null,
        waiting: await waitingAct(context, device),
        notices: await noticesOf(context.db, device),
      }
    }),
  )
}
