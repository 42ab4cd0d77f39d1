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
 */
export async function openBook(options: BookOptions): Promise<Book> {
  const { dataFolder, alarms, logger, clock } = options
  const journal = new Journal(dataFolder, (error) => {
    alarms.raise('journal-broken')
    logger.error({ err: error }, 'journal not written')
  })
  const stored = await journal.read()
  const isEmpty = stored.records.length === 0 && stored.notes.length === 0
  let book = emptyBook(options, journal)
  if (!isEmpty && !(await replay(book, stored, logger))) {
    alarms.raise('journal-damaged')
    await journal.moveAside(String(clock()))
    book = emptyBook(options, journal)
  }
  await journal.openAfter(book.follower.size)
  book.isReplaying = false
  return book
}

interface Opening extends Book {
  isReplaying: boolean
}

function emptyBook(options: BookOptions, journal: Journal): Opening {
  const { origin, merged, trust, alarms, logger, onApplied, onLocked } = options
  const register = merged.renew(origin, (error) => {
    alarms.raise('index-damaged')
    logger.error({ err: error }, 'index made anew from orders')
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
  const book: Opening = { register, follower, journal, isReplaying: true }
  return book
}

/** False where the records do not give the roots of the checkpoints beside them. */
async function replay(
  { follower }: Book,
  { records, notes }: Stored,
  logger: Logger,
): Promise<boolean> {
  try {
    for (const record of records) follower.receive(record)
    for (const note of notes) await follower.noteGently(note)
    follower.dropQueue()
    return follower.isReady
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    logger.error({ code: error.code }, 'journal does not prove itself')
    return false
  }
}
