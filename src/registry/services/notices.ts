import { randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import { isOpen, type WaitingAct } from '../../core/index.ts'
import { noticeText, type NoticeSaid, type NoticeWhat } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { waitTimes, waitsOf } from '../model/waits.ts'

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
 * owner's key read it here; mail goes to the outbox.
 */
export async function tell(
  { sequencer }: Pick<Context, 'sequencer'>,
  trx: Transaction<Schema>,
  about: Omit<Notice, 'at'> & { readonly device: Uint8Array },
): Promise<void> {
  const { device, what, act, readyAt } = about
  const now = sequencer.now()
  const mail = await mailFor(trx, about, now)
  const row = { id: randomUUID(), device_id: device, at_ms: now, what, act, ready_ms: readyAt }
  await trx.insertInto('notices').values(row).execute()
  if (mail !== null)
    await trx
      .insertInto('outbox')
      .values({
        id: randomUUID(),
        device_id: device,
        mail,
        text: noticeText(saidOf(about)),
        at_ms: now,
        next_ms: now,
        tries: 0,
      })
      .execute()
}

/** Requests without a second factor cost nothing: one mail a day says so, or they would fill a letter box. */
async function mailFor(
  trx: Transaction<Schema>,
  { device, what }: { readonly device: Uint8Array; readonly what: NoticeWhat },
  now: number,
): Promise<string | null> {
  const contact = await trx
    .selectFrom('contacts')
    .select('mail')
    .where('device_id', '=', device)
    .executeTakeFirst()
  if (contact === undefined || what !== 'requested') return contact?.mail ?? null
  const earlier = await trx
    .selectFrom('notices')
    .select('id')
    .where('device_id', '=', device)
    .where('what', '=', 'requested')
    .where('at_ms', '>', BigInt(now - DAY))
    .limit(1)
    .executeTakeFirst()
  return earlier === undefined ? contact.mail : null
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
