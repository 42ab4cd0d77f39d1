import { Refusal, type Imei14 } from '../core/index.ts'
import type { Logger } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import type { Alarms } from './alarms.ts'
import { Follower, type Covered } from './follower.ts'
import { Journal, type Stored } from './journal.ts'
import type { MergedRegister } from './merged-register.ts'
import type { Register } from './register.ts'

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
  const { journal } = first
  const stored = await journal.read()
  const isEmpty = stored.records.length === 0 && stored.notes.length === 0
  let book = first
  if (!isEmpty && !(await replay(book, stored, logger, stop))) {
    alarms.raise('journal-damaged')
    await journal.moveAside(String(clock()))
    book = emptyBook(options)
  }
  await book.journal.openAfter(book.follower.size)
  book.isReplaying = false
  return book
}

/** A book into which this machine's journal is still to be read. */
export interface EmptyBook extends Book {
  isReplaying: boolean
}

export function emptyBook(options: BookOptions): EmptyBook {
  const { origin, merged, dataFolder, trust, alarms, logger, onApplied, onLocked, onBlack } =
    options
  const journal = new Journal(dataFolder, (error) => {
    alarms.raise('journal-broken')
    logger.error({ err: error }, 'journal not written')
  })
  const register = merged.renew(origin, {
    onBlack: (imei14, isBlack) => {
      if (!book.isReplaying) onBlack?.(imei14, isBlack)
    },
    onFault: (error) => {
      alarms.raise('index-damaged')
      logger.error({ err: error }, 'index made anew from orders')
    },
  })
  const onCovered = (covered: Covered) => {
    if (book.isReplaying) return
    journal.append(covered)
    onApplied(book.follower.guardedSize)
  }
  const follower = new Follower({
    origin,
    trust,
    register,
    logger,
    onCovered,
    onLocked: (imei14) => {
      if (!book.isReplaying) onLocked?.(imei14)
    },
  })
  const book: EmptyBook = { register, follower, journal, isReplaying: true }
  return book
}

/** False where the records do not give the roots of the checkpoints beside them. */
async function replay(
  { follower }: Book,
  { records, notes }: Stored,
  logger: Logger,
  stop?: AbortSignal,
): Promise<boolean> {
  try {
    for (const record of records) follower.receiveOwn(record)
    for (const note of notes) await follower.noteGently(note, stop)
    follower.dropQueue()
    return follower.isReady
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    logger.error({ code: error.code }, 'journal does not prove itself')
    return false
  }
}
