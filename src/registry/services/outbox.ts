import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Selectable } from 'kysely'
import { forgetBrowser } from './owners/push-subscriptions.ts'

/** One notice on its way by one channel. */
export interface Message<To> {
  /** The same for every copy. */
  readonly id: string
  readonly to: To
  readonly text: string
  /** When it was written, ms. */
  readonly at: number
}
export type Mail = Message<string>

/** Whatever carries notices: a mail server, a folder that somebody empties, a browser's push service. */
export interface Post<To = string> {
  /** Rejects where it could not be handed over; it is tried again, unless its receiver is `Gone`. */
  send(message: Message<To>): Promise<void>
  close(): void
}

/** Nobody will ever be there again. */
export class Gone extends Error {}

const LOOK_MS = 5_000
const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 3_600_000
/** After three days a warning warns nobody. */
const GIVEN_UP_MS = 3 * 86_400_000
const AT_ONCE = 20

/**
 * Hands over what owners are to be told. Nothing waits for it: a notice stands in the database before
 * anything comes of what it tells. Of several processes one takes each mail; one that dies while it
 * sends leads to a second copy, never to none.
 */
export class Outbox {
  readonly #context: Context
  readonly #post: Post | null
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> = Promise.resolve()
  #isBusy = false

  constructor(context: Context, post: Post | null) {
    this.#context = context
    this.#post = post
    this.#timer = setInterval(() => this.trigger(), LOOK_MS)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
    this.#post?.close()
    this.#context.push?.close()
  }

  private trigger(): void {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#running = deliver(this.#context, this.#post)
      .catch((error: unknown) => this.#context.logger.warn({ err: error }, 'outbox not emptied'))
      .finally(() => (this.#isBusy = false))
  }
}

/** Tries everything that is due, once; what no channel carries waits. */
export async function deliver(context: Context, post: Post | null): Promise<void> {
  const { db, push, sequencer } = context
  const now = sequencer.now()
  await db
    .deleteFrom('outbox')
    .where('at_ms', '<', BigInt(now - GIVEN_UP_MS))
    .execute()
  const due = await db
    .selectFrom('outbox')
    .selectAll()
    .where('next_ms', '<=', BigInt(now))
    .$if(post === null, (rows) => rows.where('mail', 'is', null))
    .$if(push === null, (rows) => rows.where('push_id', 'is', null))
    .orderBy('next_ms')
    .limit(AT_ONCE)
    .execute()
  for (const row of due) if (await claim(context, row, now)) await sendOne(context, post, row)
}

type Row = Selectable<Schema['outbox']>

/** Moves its next time ahead first: whoever changes the row has it. */
async function claim({ db }: Context, { id, next_ms, tries }: Row, now: number): Promise<boolean> {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Number(tries))
  const taken = await db
    .updateTable('outbox')
    .set({ next_ms: now + pause, tries: tries + 1n })
    .where('id', '=', id)
    .where('next_ms', '=', next_ms)
    .executeTakeFirst()
  return taken.numUpdatedRows === 1n
}

async function sendOne(context: Context, post: Post | null, row: Row): Promise<void> {
  const { db, logger } = context
  const { id, push_id } = row
  try {
    await carry(context, post, row)
  } catch (error) {
    if (error instanceof Gone && push_id !== null)
      return inTransaction(db, (trx) => forgetBrowser(trx, push_id))
    // The other side's own words may hold the address.
    const what = push_id === null ? 'mail not handed over' : 'push message not handed over'
    logger.warn({ id, tries: Number(row.tries) + 1 }, what)
    return
  }
  await db.deleteFrom('outbox').where('id', '=', id).execute()
}

async function carry({ db, push }: Context, post: Post | null, row: Row): Promise<void> {
  const { id, text, mail, push_id } = row
  const at = Number(row.at_ms)
  if (mail !== null) return post?.send({ id, text, at, to: mail })
  const to = await db
    .selectFrom('push_subscriptions')
    .select(['endpoint', 'p256dh', 'auth'])
    .where('id', '=', push_id)
    .executeTakeFirst()
  if (to) await push?.send({ id, text, at, to })
}
