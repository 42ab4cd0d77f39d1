import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import type { Selectable } from 'kysely'

export interface Mail {
  readonly id: string
  readonly to: string
  readonly text: string
  /** When it was written, ms. */
  readonly at: number
}

/** Whatever carries a mail: a server, or a folder that somebody empties. */
export interface Post {
  /** Rejects where it could not be handed over; it is tried again. */
  send(mail: Mail): Promise<void>
  close(): void
}

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
  }

  private trigger(): void {
    const post = this.#post
    if (this.#isBusy || post === null) return
    this.#isBusy = true
    this.#running = deliver(this.#context, post)
      .catch((error: unknown) => this.#context.logger.warn({ err: error }, 'outbox not emptied'))
      .finally(() => (this.#isBusy = false))
  }
}

/** Tries everything that is due, once. */
export async function deliver(context: Context, post: Post): Promise<void> {
  const { db, sequencer } = context
  const now = sequencer.now()
  await db
    .deleteFrom('outbox')
    .where('at_ms', '<', BigInt(now - GIVEN_UP_MS))
    .execute()
  const due = await db
    .selectFrom('outbox')
    .selectAll()
    .where('next_ms', '<=', BigInt(now))
    .orderBy('next_ms')
    .limit(AT_ONCE)
    .execute()
  for (const mail of due) if (await claim(context, mail, now)) await sendOne(context, post, mail)
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

async function sendOne({ db, logger }: Context, post: Post, mail: Row): Promise<void> {
  const { id, mail: to, text, at_ms } = mail
  try {
    await post.send({ id, to, text, at: Number(at_ms) })
  } catch {
    // The server's own words may hold the address.
    logger.warn({ id, tries: Number(mail.tries) + 1 }, 'mail not handed over')
    return
  }
  await db.deleteFrom('outbox').where('id', '=', id).execute()
}
