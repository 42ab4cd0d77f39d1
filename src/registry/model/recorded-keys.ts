import { decodeCbor, parseCoseKey, type PublicKey } from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { KnownOrder } from './orders.ts'

/** An owner key that a logged record put behind a hold or lock, with what opens its commitment. */
export interface RecordedKey {
  /** Log index of the hold or lock. */
  readonly of: number
  /** Log time in ms from which a release may rest on it. */
  readonly from: number
  readonly salt: Uint8Array
  readonly key: PublicKey
}

/** The recorded owner keys of these orders, in log order. */
export async function recordedKeys(
  { db, sequencer }: Context,
  orders: readonly KnownOrder[],
): Promise<readonly RecordedKey[]> {
  const named = orders
    .map(({ index }) => index)
    .filter((of) => sequencer.ledger.ownerKeys(of).length > 0)
  if (named.length === 0) return []
  const rows = await db
    .selectFrom('owner_keys')
    .selectAll()
    .where('of_index', 'in', named.map(BigInt))
    .orderBy('log_index')
    .execute()
  return rows.map((row) => ({
    of: Number(row.of_index),
    from: Number(row.from_ms),
    salt: new Uint8Array(row.salt),
    key: parseCoseKey(decodeCbor(new Uint8Array(row.key))),
  }))
}
