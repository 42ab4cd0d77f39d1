import { OWNER_KEY_DELAY, parseOwnerKeyRecord } from '../../../core/index.ts'
import type { Context } from '../../context.ts'

/** A new owner key in the log, and from when a release may rest on it. Times in ms. */
export interface KeyRecorded {
  readonly leaf: number
  readonly at: number
  readonly from: number
}

/** Those behind the holds and locks at these leaves, oldest first. */
export async function keysRecorded(
  { db }: Pick<Context, 'db'>,
  of: readonly number[],
): Promise<readonly KeyRecorded[]> {
  if (of.length === 0) return []
  const rows = await db
    .selectFrom('owner_keys')
    .innerJoin('owner_key_drafts', 'owner_key_drafts.log_index', 'owner_keys.log_index')
    .select(['owner_keys.log_index', 'owner_keys.from_ms', 'owner_key_drafts.payload'])
    .where('owner_keys.of_index', 'in', of.map(BigInt))
    .orderBy('owner_keys.log_index')
    .execute()
  return rows.map(({ log_index, from_ms, payload }) => {
    const { basis } = parseOwnerKeyRecord(new Uint8Array(payload))
    const from = Number(from_ms)
    return { leaf: Number(log_index), at: from - OWNER_KEY_DELAY[basis], from }
  })
}
