import type { Kysely } from 'kysely'
import { toBase64 } from '../../core/index.ts'
import type { FeedEntry } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'

/** Log entries beside their openings, from `from` on: what entitled readers get. */
export async function feedEntries(
  db: Kysely<Schema>,
  from: number,
  to: number,
): Promise<FeedEntry[]> {
  const rows = await db
    .selectFrom('entries')
    .leftJoin('orders', 'orders.log_index', 'entries.index')
    .leftJoin('identity_openings', 'identity_openings.log_index', 'entries.index')
    .select([
      'entries.leaf',
      // An entry is of one kind: at most one of them is there.
      (eb) => eb.fn.coalesce('orders.opening', 'identity_openings.opening').as('opening'),
    ])
    .where('entries.index', '>=', BigInt(from))
    .where('entries.index', '<', BigInt(to))
    .orderBy('entries.index')
    .execute()
  return rows.map(({ leaf, opening }) => ({
    entry: toBase64(new Uint8Array(leaf)),
    opening: opening && toBase64(new Uint8Array(opening)),
  }))
}
