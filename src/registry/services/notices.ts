import { randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import { isOpen, type WaitingAct } from '../../core/index.ts'
import { noticeText, type NoticeSaid, type NoticeWhat } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { waitTimes, waitsOf } from '../model/waits.ts'
import { browsersOfOwner } from './owners/push-subscriptions.ts'

/** One thing the owner of a device is told of. Times in ms of the registry's clock. */
export interface Notice {
  readonly at: number
  readonly what: NoticeWhat
  readonly act: WaitingAct | null
  readonly readyAt: number | null
}

/** Newest notices one answer carries. */
const MOST = 16
const DAY = 86_400_000

/**
 * Written with what it is about, or not at all: nothing happens of which its owner is not told. Phone and
 * owner's key read it here; mail, and what goes to browsers, the outbox.
 */
export async function tell(
  { sequencer }: Pick<Context, 'sequencer'>,
  trx: Transaction<Schema>,
  about: Omit<Notice, 'at'> & { readonly device: Uint8Array },
): Promise<void> {
  const { device, what, act, readyAt } = about
  const now = sequencer.now()
  const channels = await channelsFor(trx, about, now)
  const row = { id: randomUUID(), device_id: device, at_ms: now, what, act, ready_ms: readyAt }
  await trx.insertInto('notices').values(row).execute()
  const text = noticeText(saidOf(about))
  const rows = channels.map((channel) => ({
    id: randomUUID(),
    device_id: device,
    ...channel,
    text,
    at_ms: now,
    next_ms: now,
    tries: 0,
  }))
  if (rows.length > 0) await trx.insertInto('outbox').values(rows).execute()
}

/** A row of the outbox goes to an address or to a browser. */
type Channel =
  | { readonly mail: string; readonly push_id: null }
  | { readonly mail: null; readonly push_id: string }

/** Requests without a second factor cost nothing: one message a day says so, or they would fill a letter box. */
async function channelsFor(
  trx: Transaction<Schema>,
  { device, what }: { readonly device: Uint8Array; readonly what: NoticeWhat },
  now: number,
): Promise<readonly Channel[]> {
  if (what === 'requested' && (await wasRequested(trx, device, now - DAY))) return []
  const contact = await trx
    .selectFrom('contacts')
    .select('mail')
    .where('device_id', '=', device)
    .executeTakeFirst()
  const browsers = await browsersOfOwner(trx, device)
  return [
    ...(contact ? [{ mail: contact.mail, push_id: null }] : []),
    ...browsers.map((push_id) => ({ mail: null, push_id })),
  ]
}

async function wasRequested(trx: Transaction<Schema>, device: Uint8Array, since: number) {
  const earlier = await trx
    .selectFrom('notices')
    .select('id')
    .where('device_id', '=', device)
    .where('what', '=', 'requested')
    .where('at_ms', '>', BigInt(since))
    .limit(1)
    .executeTakeFirst()
  return earlier !== undefined
}

/** What was told about a device, newest first. */
export async function noticesOf(
  db: Kysely<Schema> | Transaction<Schema>,
  device: Uint8Array,
  most = MOST,
): Promise<Notice[]> {
  const rows = await db
    .selectFrom('notices')
    .selectAll()
    .where('device_id', '=', device)
    .orderBy('at_ms', 'desc')
    .limit(most)
    .execute()
  return rows.map(({ at_ms, what, act, ready_ms }) => ({
    at: Number(at_ms),
    what,
    act,
    readyAt: ready_ms === null ? null : Number(ready_ms),
  }))
}

/** How long a phone goes on showing what it was told last, ms. */
const SHOWN = 7 * DAY

/** The newest, while it is news; of one that an order has ended since, that it is over. */
export async function noticeForPhone(
  context: Pick<Context, 'db' | 'sequencer'>,
  device: Uint8Array,
): Promise<Notice | null> {
  const { db, sequencer } = context
  const [newest] = await noticesOf(db, device, 1)
  if (newest === undefined || newest.at < sequencer.now() - SHOWN) return null
  // Police hold this phone when that is news, and back with its owner it is none.
  if (newest.what === 'found' || newest.what === 'return-waits') return null
  if (newest.what !== 'requested' && newest.what !== 'waiting') return newest
  const { newest: wait } = await inTransaction(db, (trx) => waitsOf(trx, context, device))
  const isOver = wait === null || !isOpen(wait, waitTimes(sequencer))
  return isOver ? { ...newest, what: 'cancelled', readyAt: null } : newest
}

/** As it leaves. */
export function saidOf({ what, act, readyAt }: Omit<Notice, 'at'>): NoticeSaid {
  return { what, act, readyAt: readyAt === null ? null : new Date(readyAt).toISOString() }
}
