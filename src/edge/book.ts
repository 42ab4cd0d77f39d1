import { join } from 'node:path'
import { Refusal, type Imei14 } from '../core/index.ts'
import type { Logger } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import type { Alarms } from './alarms.ts'
import { Follower } from './follower.ts'
import { Journal } from './journal.ts'
import type { MergedRegister } from './merged-register.ts'
import { openTables } from './orders/disk-tables.ts'
import type { Register } from './register.ts'
import { replay } from './replay.ts'

export interface BookOptions {
  readonly origin: string
  /** Where the log's own register has its place. */
  readonly merged: MergedRegister
  readonly dataFolder: string
  readonly trust: Trust
  readonly alarms: Alarms
  readonly logger: Logger
  /** Told after each checkpoint that moved something, once the book is open: leaves with the guarded quorum. */
  readonly onApplied: (guardedSize: number) => void
  /** Told of every number that becomes black from now on. */
  readonly onLocked?: (imei14: Imei14) => void
  /** Told of every number that becomes black or is so no longer, once the book is open. */
  readonly onBlack?: (imei14: Imei14, isBlack: boolean) => void
  /** Unix ms. */
  readonly clock: () => number
}

/** The register of one log, what feeds it, and where that is kept. */
export interface Book {
  readonly register: Register
  readonly follower: Follower
  readonly journal: Journal
  /** Resolves when everything received is on disk; then it knows nothing any more. */
  close(): Promise<void>
}

/**
 * The register as it was, from this machine's own disk and through the same checks as the feed, so
 * that it answers with the registry gone. A journal that does not prove itself is moved aside; the
 * registry then has to fill an empty one.
 * @param first an empty book of these options, in which it is to be
 */
export async function openBook(
  options: BookOptions,
  first: EmptyBook = emptyBook(options),
  stop?: AbortSignal,
): Promise<Book> {
  const { alarms, logger, clock } = options
  let book = first
  let end = 0
  try {
    end = await replay(book.follower, book.journal, stop)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    alarms.raise('journal-damaged')
    logger.error({ code: error.code }, 'journal does not prove itself')
    await book.close()
    await book.journal.moveAside(String(clock()))
    book = emptyBook(options)
  }
  await book.journal.openAt(end)
  book.isReplaying = false
  return book
}

/** A book into which this machine's journal is still to be read. */
export interface EmptyBook extends Book {
  isReplaying: boolean
}

/** Of each folder there is one at a time: the one before has to be closed. */
export function emptyBook(options: BookOptions): EmptyBook {
  const { origin, merged, dataFolder, trust, alarms, logger, onApplied, onLocked, onBlack } =
    options
  const journal = new Journal(dataFolder, (error) => {
    alarms.raise('journal-broken')
    logger.error({ err: error }, 'journal not written')
  })
  const { tables, close: closeTables } = openTables(join(dataFolder, 'orders'), {
    onFault: (error) => {
      alarms.raise('orders-broken')
      logger.error({ err: error }, 'orders cannot be written or read')
    },
    onMended: () => alarms.clear('orders-broken'),
  })
  const register = merged.renew(origin, {
    tables,
    onBlack: (imei14, isBlack) => {
      if (!book.isReplaying) onBlack?.(imei14, isBlack)
    },
    onFault: (error) => {
      alarms.raise('index-damaged')
      logger.error({ err: error }, 'index made anew from orders')
    },
  })
  const follower = new Follower({
    origin,
    trust,
    register,
    tables,
    logger,
    onCovered: (covered) => {
      if (book.isReplaying) return
      journal.append(covered)
      if (covered.isWhole) onApplied(follower.guardedSize)
    },
    onExpected: (expected) => {
      if (!book.isReplaying) journal.expect(expected)
    },
    onLocked: (imei14) => {
      if (!book.isReplaying) onLocked?.(imei14)
    },
  })
  const close = async () => {
    await journal.close()
    await closeTables()
  }
  const book: EmptyBook = { register, follower, journal, close, isReplaying: true }
  return book
}
