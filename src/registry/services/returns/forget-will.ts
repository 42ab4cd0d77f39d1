import type { Transaction } from 'kysely'
import type { Schema } from '../../db/tables.ts'

/** Whose key owned the phone before: his words, and what he was made to do, mean nothing from now on. */
export async function forgetWill(trx: Transaction<Schema>, device: Uint8Array): Promise<void> {
  await trx.deleteFrom('secret_words').where('device_id', '=', device).execute()
  await trx.deleteFrom('threats').where('device_id', '=', device).execute()
}
