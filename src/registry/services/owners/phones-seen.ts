import type { Context } from '../../context.ts'

/** How exact "last in touch" is: a row is not written each time a phone asks. */
const SEEN_EVERY_MS = 60_000

/** A phone has asked for its orders and attested that it obeys those up to this counter: not what it was handed. */
export async function notePhone(
  { db, surroundings }: Context,
  { device, ctr }: { readonly device: Uint8Array; readonly ctr: number },
): Promise<void> {
  const now = surroundings.clock()
  const known = await phoneSeen({ db }, device)
  if (known !== null && known.ctr === ctr && now - known.at < SEEN_EVERY_MS) return
  const row = { at_ms: now, ctr }
  await db
    .insertInto('phones_seen')
    .values({ device_id: device, ...row })
    .onConflict((conflict) => conflict.column('device_id').doUpdateSet(row))
    .execute()
}

/** When a phone last asked (ms, to the minute), and the counter of the newest order it then obeyed. */
export async function phoneSeen(
  { db }: Pick<Context, 'db'>,
  device: Uint8Array,
): Promise<{ readonly at: number; readonly ctr: number } | null> {
  const row = await db
    .selectFrom('phones_seen')
    .select(['at_ms', 'ctr'])
    .where('device_id', '=', device)
    .executeTakeFirst()
  return row === undefined ? null : { at: Number(row.at_ms), ctr: Number(row.ctr) }
}
