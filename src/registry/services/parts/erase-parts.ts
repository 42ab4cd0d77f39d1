import type { Transaction } from 'kysely'
import type { Schema } from '../../db/tables.ts'

/**
 * What opens the leaves of a phone's bindings, and what its owner signed for others. Which part is whose
 * stays, by thumbprints and hashes: without it a stolen part could not be told from an honest one.
 */
export async function eraseParts(trx: Transaction<Schema>, device: Uint8Array): Promise<void> {
  await trx
    .updateTable('part_bindings')
    .set({ binding: new Uint8Array(), release: null, salt: new Uint8Array(32) })
    .where((row) => row.or([row('host', '=', device), row('donor', '=', device)]))
    .execute()
  await trx.deleteFrom('part_claims').where('host', '=', device).execute()
}
