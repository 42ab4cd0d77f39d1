import { Refusal, fromBase64, toBase64 } from '../../core/index.ts'
import { call } from '../../host/index.ts'
import { GrantsAnswer } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { bundleFor } from '../model/bundles.ts'
import type { KnownOrder } from '../model/orders.ts'

/** A phone waits for its orders meanwhile, and no order waits for grants. */
const ASK_MS = 2_000
/** Orders of one phone that are shown. */
const MAX_ORDERS = 64
/** A hold is in a phone's record alone. */
const ON_THE_CHIP: readonly string[] = ['lock', 'found', 'release', 'retire']

/**
 * The grants that these orders raise on the chip of a phone, from whoever signs them on the orders' own
 * proofs; null where there are none, or none yet. This registry cannot make any: it carries them.
 * @param orders in force, in log order
 */
export async function grantsFor(
  context: Context,
  device: Uint8Array,
  orders: readonly KnownOrder[],
): Promise<Uint8Array | null> {
  const { db, grantDeskUrl } = context
  const shown = orders.filter(({ order }) => ON_THE_CHIP.includes(order.act)).slice(-MAX_ORDERS)
  const last = shown.at(-1)
  if (grantDeskUrl === null || last === undefined) return null
  const known = await db
    .selectFrom('device_grants')
    .select(['up_to', 'grants'])
    .where('device_id', '=', device)
    .executeTakeFirst()
  if (Number(known?.up_to ?? -1) === last.index) return known?.grants ?? null
  const asked = await ask(context, grantDeskUrl, device, shown)
  if (asked === null) return null
  const row = { up_to: last.index, grants: asked.grants }
  if (asked.isComplete)
    await db
      .insertInto('device_grants')
      .values({ device_id: device, ...row })
      .onConflict((conflict) => conflict.column('device_id').doUpdateSet(row))
      .execute()
  return asked.grants
}

async function ask(
  context: Context,
  base: string,
  device: Uint8Array,
  orders: readonly KnownOrder[],
): Promise<{ readonly grants: Uint8Array | null; readonly isComplete: boolean } | null> {
  const bundles = await Promise.all(orders.map((order) => bundleFor(context, order)))
  const isWhole = bundles.every((bundle) => bundle !== null)
  try {
    const { grants, isComplete } = await call({
      method: 'POST',
      base,
      path: '/v1/grants',
      body: {
        device: toBase64(device),
        bundles: bundles.flatMap((bundle) => (bundle ? [toBase64(bundle)] : [])),
      },
      answer: GrantsAnswer,
      timeoutMs: ASK_MS,
    })
    return {
      grants: grants === null ? null : fromBase64(grants),
      isComplete: isComplete && isWhole,
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // A phone whose store is no TPM: asked once for each of its orders.
    if (error.code === 'not-found') return { grants: null, isComplete: isWhole }
    context.logger.warn({ code: error.code }, 'no grants')
    return null
  }
}
