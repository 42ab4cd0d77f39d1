import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Schema } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import type { PushTarget } from '../../push.ts'
import { MAX_NAME } from '../people/passkeys.ts'

/** Browsers of one account. */
const MOST = 10

/** A browser to which an account's notices go. */
export interface NotifiedBrowser {
  readonly id: string
  /** As its person calls it. */
  readonly label: string
  /** Unix ms. */
  readonly at: number
}

export async function browsersOf({ db }: Context, account: string): Promise<NotifiedBrowser[]> {
  const rows = await db
    .selectFrom('push_subscriptions')
    .select(['id', 'label', 'at_ms'])
    .where('account_id', '=', account)
    .orderBy('at_ms')
    .execute()
  return rows.map(({ id, label, at_ms }) => ({ id, label, at: Number(at_ms) }))
}

/**
 * From now on this browser is told what the account's owner is told; whom it told before, it tells no more.
 * @throws {Refusal} push-target-refused, malformed; too-large: enough browsers
 */
export async function notifyBrowser(
  { db, push, surroundings }: Context,
  account: string,
  wanted: PushTarget & { readonly label: string },
): Promise<void> {
  demand(push !== null, 'not-found', 'nothing is sent to browsers here')
  const { endpoint, p256dh, auth } = wanted
  push.demandTarget(wanted)
  const label = wanted.label.trim() || 'A browser'
  demand(label.length <= MAX_NAME, 'malformed', 'expected a name')
  const at_ms = surroundings.clock()
  await inTransaction(db, async (trx) => {
    const same = await trx
      .selectFrom('push_subscriptions')
      .select('id')
      .where('endpoint', '=', endpoint)
      .executeTakeFirst()
    if (same) await forgetBrowser(trx, same.id)
    const known = await trx
      .selectFrom('push_subscriptions')
      .select('id')
      .where('account_id', '=', account)
      .execute()
    demand(known.length < MOST, 'too-large', `messages go to at most ${MOST} browsers`)
    const row = { id: randomUUID(), account_id: account, endpoint, p256dh, auth, label, at_ms }
    await trx.insertInto('push_subscriptions').values(row).execute()
  })
}

/** A browser of this account hears nothing more. */
export function silenceBrowser({ db }: Context, account: string, id: string): Promise<void> {
  return inTransaction(db, async (trx) => {
    const own = await trx
      .selectFrom('push_subscriptions')
      .select('id')
      .where('id', '=', id)
      .where('account_id', '=', account)
      .executeTakeFirst()
    if (own) await forgetBrowser(trx, id)
  })
}

/** With what is on its way to it. */
export async function forgetBrowser(trx: Transaction<Schema>, id: string): Promise<void> {
  await trx.deleteFrom('outbox').where('push_id', '=', id).execute()
  await trx.deleteFrom('push_subscriptions').where('id', '=', id).execute()
}

/** The browsers of whoever owns a phone. */
export async function browsersOfOwner(
  trx: Transaction<Schema>,
  device: Uint8Array,
): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('push_subscriptions')
    .innerJoin('passkeys', 'passkeys.account_id', 'push_subscriptions.account_id')
    .innerJoin('devices', 'devices.owner_thumbprint', 'passkeys.thumbprint')
    .select('push_subscriptions.id')
    .where('devices.id', '=', device)
    .execute()
  return rows.map(({ id }) => id)
}

/** Before a phone is erased: the browsers of an owner who has no other. */
export async function forgetBrowsersOfOwner(
  trx: Transaction<Schema>,
  device: Uint8Array,
): Promise<void> {
  const others = trx
    .selectFrom('passkeys')
    .innerJoin('devices', 'devices.owner_thumbprint', 'passkeys.thumbprint')
    .select('passkeys.account_id')
    .where('devices.id', '<>', device)
  const ids = await browsersOfOwner(trx, device)
  if (ids.length === 0) return
  await trx
    .deleteFrom('push_subscriptions')
    .where('id', 'in', [...ids])
    .where('account_id', 'not in', others)
    .execute()
}
