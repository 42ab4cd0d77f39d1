import type { Transaction } from 'kysely'
import type { Context } from '../../context.ts'
import type { Schema } from '../../db/tables.ts'
import { trustedPeople } from './trusted-people.ts'

/** What an owner is asked for beside being protected, which needs nothing of him. */
export const ASKS = ['card', 'trusted'] as const
export type Ask = (typeof ASKS)[number]

/** Left aside, each comes back once, after so long. */
const AGAIN_MS = 14 * 86_400_000
const MOST_SKIPS = 2

interface Which {
  readonly device: Uint8Array
  readonly ask: Ask
}

/** What to ask the owner of this phone now. */
export async function asksOf(context: Context, device: Uint8Array): Promise<readonly Ask[]> {
  const { db, surroundings } = context
  const rows = await db
    .selectFrom('owner_asks')
    .select(['ask', 'skips', 'at_ms'])
    .where('device_id', '=', device)
    .execute()
  const trustsSomebody = (await trustedPeople(context, device)).length > 0
  return ASKS.filter((ask) => {
    if (ask === 'trusted' && trustsSomebody) return false
    const row = rows.find((known) => known.ask === ask)
    if (row === undefined) return true
    return Number(row.skips) < MOST_SKIPS && Number(row.at_ms) + AGAIN_MS < surroundings.clock()
  })
}

/** Not now. */
export async function skipAsk(
  { db, surroundings }: Context,
  { device, ask }: Which,
): Promise<void> {
  const at_ms = surroundings.clock()
  await db
    .insertInto('owner_asks')
    .values({ device_id: device, ask, skips: 1, at_ms })
    .onConflict((conflict) =>
      conflict
        .columns(['device_id', 'ask'])
        .doUpdateSet((eb) => ({ skips: eb('owner_asks.skips', '+', 1n), at_ms })),
    )
    .execute()
}

/** Never again. */
export async function askDone(
  trx: Transaction<Schema>,
  { device, ask, at }: Which & { readonly at: number },
): Promise<void> {
  const row = { skips: MOST_SKIPS, at_ms: at }
  await trx
    .insertInto('owner_asks')
    .values({ device_id: device, ask, ...row })
    .onConflict((conflict) => conflict.columns(['device_id', 'ask']).doUpdateSet(row))
    .execute()
}
