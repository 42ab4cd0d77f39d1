import { Refusal, parseEntry } from '../core/index.ts'
import type { Logger, Surroundings } from '../host/index.ts'
import type { VerifiedCheckpoint } from '../log/index.ts'
import type { Trust } from '../wire/index.ts'
import { refusalOf, type Breach, type BreachBook } from './breach.ts'
import type { LogReader } from './log-reader.ts'
import { Mirror, type Extension } from './mirror.ts'
import type { OriginState } from './state-store.ts'

/** How far a new entry may be ahead of our clock, in ms. */
const MAX_AHEAD = 5_000
/** How far behind it, for a guardian that was up to date, and how long it counts as that, in ms. */
const MAX_BEHIND = 60_000

export interface LogGuardianOptions {
  readonly trust: Trust
  readonly state: OriginState
  readonly reader: LogReader
  readonly book: BreachBook
  readonly surroundings: Surroundings
  readonly logger: Logger
}

/** What a guardian knows of one log. */
export class LogGuardian {
  readonly #options: LogGuardianOptions
  #mirror: Mirror
  /** Why the mirror does not stand where the last cosignature does, if it does not. */
  #trouble: string | null = null
  /** When the checkpoint that last made the mirror grow was met, in ms; null since the start. */
  #grewAt: number | null = null

  constructor(options: LogGuardianOptions) {
    this.#options = options
    this.#mirror = this.emptyMirror()
  }

  get origin(): string {
    return this.#options.state.origin
  }

  /** Every breach seen in this log, in its order. */
  get breaches(): readonly Breach[] {
    return this.#options.book.all
  }

  /**
   * Every entry below the checkpoint obeys the law and the clock, or has been voided below it.
   * @throws {Refusal} cap-exceeded, unlawful; unavailable: the log could not be read
   */
  async approve(checkpoint: VerifiedCheckpoint, previousSize: number): Promise<void> {
    const { state, surroundings } = this.#options
    const met = surroundings.clock()
    if (this.#mirror.size > checkpoint.size) {
      // The very tree we vouched for, and we hold it: else anybody could have us, while we are
      // silent, read the whole log again by sending an old checkpoint between two new ones.
      if (checkpoint.size === state.last?.size) return
      // Beyond it after a breach, or where our own state could not be written: begin again.
      this.#mirror = this.emptyMirror()
    }
    try {
      await this.rebuild()
      const extension = await this.read(checkpoint)
      this.checkTimes(extension, met)
      await this.apply(extension)
    } catch (error) {
      throw this.remembered(error, checkpoint)
    }
    await this.judge(checkpoint)
    // Only growth counts: else anybody could keep us "up to date" by sending an old checkpoint
    // again and again, and so have us refuse what a registry brings back from an outage.
    if (checkpoint.size > previousSize) this.#grewAt = met
  }

  /**
   * Brings the mirror to where the last cosignature stands, from the log alone, and demands its
   * root. Does nothing when it is there. @throws {Refusal} as `approve`
   */
  async rebuild(): Promise<void> {
    const { state, logger } = this.#options
    const { last } = state
    if (last === null || this.#mirror.size >= last.size) return
    const { origin, size } = last
    try {
      await this.apply(await this.read(last))
      this.#trouble = null
      logger.info({ origin, size }, 'mirror rebuilt')
    } catch (error) {
      this.#trouble = error instanceof Refusal ? error.message : 'internal'
      logger.error({ err: error, origin, size }, 'the mirror cannot be rebuilt')
      throw error
    }
  }

  health() {
    const open = this.breaches.filter(({ voidedBy }) => voidedBy === null).length
    return {
      status: this.#options.book.open ? 'silent' : this.#trouble ? 'mirror-behind' : 'ok',
      mirror: { size: this.#mirror.size, trouble: this.#trouble },
      breaches: { open, voided: this.breaches.length - open },
    } as const
  }

  /** What the whole log below the checkpoint says. @throws {Refusal} cap-exceeded, unlawful */
  private async judge(checkpoint: VerifiedCheckpoint): Promise<void> {
    const { book, logger, surroundings } = this.#options
    const wasSilent = book.open !== null
    const seenAt = new Date(surroundings.clock()).toISOString()
    for (const { code, facts } of await book.update(this.#mirror, checkpoint, seenAt))
      logger.warn({ origin: this.origin, code, facts }, 'the law was broken')
    const open = book.open
    if (open !== null && open.index < checkpoint.size) throw refusalOf(open)
    const { size } = checkpoint
    if (wasSilent) logger.info({ origin: this.origin, size }, 'what broke the law has been voided')
  }

  /** A log out of reach does not make a breach forgotten: nothing it shows us now voids it. */
  private remembered(error: unknown, { size }: VerifiedCheckpoint): unknown {
    const { open } = this.#options.book
    const isAway = error instanceof Refusal && error.code === 'unavailable'
    return isAway && open !== null && open.index < size ? refusalOf(open) : error
  }

  private async read(checkpoint: VerifiedCheckpoint): Promise<Extension> {
    try {
      return await this.#mirror.read(checkpoint)
    } catch (error) {
      throw asUnlawful(error, this.#mirror.size)
    }
  }

  private async apply(extension: Extension): Promise<void> {
    try {
      await this.#mirror.apply(extension)
    } catch (error) {
      throw asUnlawful(error, this.#mirror.size)
    }
  }

  /**
   * Times never fall within a log (the ledger sees to that), so the first and the last new entry
   * speak for all. Nothing is remembered: a clock that was wrong may be right at the next attempt.
   */
  private checkTimes({ from, to, first, last }: Extension, met: number): void {
    const now = this.#options.surroundings.clock()
    const ahead = timeOf(last) - now
    if (ahead > MAX_AHEAD)
      throw new Refusal('unlawful', `an entry is ${ahead} ms ahead of this clock`, {
        cause: 'ahead-of-clock',
        index: to - 1,
        milliseconds: ahead,
      })
    const isUpToDate = this.#grewAt !== null && met - this.#grewAt <= MAX_BEHIND
    const behind = met - timeOf(first)
    if (isUpToDate && behind > MAX_BEHIND)
      throw new Refusal('unlawful', `an entry is ${behind} ms behind this clock`, {
        cause: 'behind-clock',
        index: from,
        milliseconds: behind,
      })
  }

  private emptyMirror(): Mirror {
    return new Mirror(this.#options.trust, this.origin, this.#options.reader)
  }
}

/** NaN where there is no time to read: the comparison fails and the ledger names what is wrong. */
function timeOf(entry: Uint8Array | null): number {
  if (entry === null) return NaN
  try {
    return parseEntry(entry).t
  } catch {
    return NaN
  }
}

/** Entries that do not fit the signed root may come from whoever carries them: nothing is remembered. */
function asUnlawful(error: unknown, index: number): unknown {
  if (!(error instanceof Refusal) || error.code === 'unavailable') return error
  return new Refusal('unlawful', error.message, { cause: error.code, index })
}
