import { setTimeout as delay } from 'node:timers/promises'
import { countOf, decodeSnapshot, deltaBetween, equal } from '../../core/index.ts'
import type { Logger, RandomBytes } from '../../host/index.ts'
import type { Alarms } from '../alarms.ts'
import type { Evidence, EvidenceKind } from '../evidence.ts'
import type { Follower } from '../follower.ts'
import type { MergedRegister } from '../merged-register.ts'
import type { OwnLists, Register } from '../register.ts'
import { HeadStart } from './head-start.ts'
import type { HeadsAt, ListSource } from './list-source.ts'

/** Between two looks at what the registry offers, while its lists answer. */
const REFRESH_MS = 300_000
const RETRY_MS = 5_000
/** Spread, so that a thousand registers do not ask in the same second. */
const SPREAD_MS = 5_000
/** Looks for the lists of a tree that was announced. */
const ATTEMPTS = 6

export interface ListsOptions {
  readonly origin: string
  readonly source: ListSource
  readonly merged: MergedRegister
  readonly follower: Follower
  readonly register: Register
  readonly alarms: Alarms
  readonly evidence: Evidence
  readonly random: RandomBytes
  readonly logger: Logger
}

/**
 * What signed lists are good for here: a head start for a register that has proved nothing yet, and
 * from then on a comparison of everything it knows, one hash for each list.
 */
export class Lists {
  readonly #options: ListsOptions
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #headStart: HeadStart | null = null
  #compared: number | null = null
  /** The tree that is being compared: one at a time, the newest. */
  #comparing = 0

  constructor(options: ListsOptions) {
    this.#options = options
  }

  /** Tree size at which our lists were last those the registry signed. */
  get compared(): number | null {
    return this.#compared
  }

  /** Asks for a head start, if this machine's disk has proved nothing; else compares what is offered already. */
  start(): void {
    this.run(this.begin().then(() => this.compareOffered()))
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running)
  }

  /**
   * The checkpoint of the head start, once its leaves are queued: to be settled at before any later one,
   * so that both are of the very same tree.
   */
  get due(): string | null {
    const { follower } = this.#options
    const headStart = this.#headStart
    const isDue = headStart && follower.size < headStart.size && follower.next >= headStart.size
    return isDue ? headStart.signed.note : null
  }

  /** A checkpoint has moved something. */
  covered(): void {
    const { follower } = this.#options
    const headStart = this.#headStart
    if (!headStart || follower.guardedSize < headStart.size) return
    const isSameTree = follower.size === headStart.size
    const own = isSameTree ? this.own() : null
    this.answerFrom(null)
    if (own) this.run(this.prove(headStart, own))
  }

  /** The registry is about to make lists of this tree, which should be ours. */
  announced(size: number): void {
    const { follower } = this.#options
    const isOurs = follower.size === size && follower.guardedSize === size
    if (!isOurs || this.#headStart || follower.isSettling) return
    this.#comparing = size
    this.run(this.compare(size, this.own()))
  }

  private async begin(): Promise<void> {
    const { source, follower, merged, origin } = this.#options
    const { signal } = this.#stop
    const isNeeded = (size: number) => follower.guardedSize < size
    while (!follower.isReady || this.#headStart) {
      try {
        const now = await HeadStart.fetch(source, this.fault, signal)
        // What was proved while the lists were on their way is not given up for them.
        if (now === null || !isNeeded(now.size)) return
        const known = merged.listsOf(origin).map(({ size }) => size)
        if (now.size > Math.max(0, ...known)) this.answerFrom(now)
      } catch (error) {
        if (signal.aborted) return
        this.#options.logger.warn({ err: error }, 'no head start from lists')
      }
      await this.pause(this.#headStart ? REFRESH_MS : RETRY_MS)
      if (signal.aborted) return
    }
  }

  private readonly fault = (error: unknown) => {
    this.#options.logger.error({ err: error }, 'a list could not be folded')
  }

  private answerFrom(headStart: HeadStart | null): void {
    const { merged, origin, logger } = this.#options
    const before = this.#headStart?.numbers ?? null
    this.#headStart = headStart
    merged.replaceLists(origin, before, headStart?.numbers ?? null)
    logger.info({ size: headStart?.size ?? null }, 'answers from lists')
  }

  /** Taken now, whatever is said while they are encoded. */
  private own(): Promise<OwnLists> {
    const { register, follower } = this.#options
    const asOf = { size: follower.size, t: follower.leafTime }
    return register.lists(asOf, follower.identities.conflicts())
  }

  /** What the lists said and the log did not has gone with them; who signed it is remembered. */
  private async prove(headStart: HeadStart, own: Promise<OwnLists>): Promise<void> {
    const { black, grey } = await own
    const { signed } = headStart
    const isBorneOut =
      equal(black.sha256, signed.black.result) && equal(grey.sha256, signed.grey.result)
    if (isBorneOut) {
      this.#compared = signed.size
      return
    }
    const theirs = await headStart.encoded()
    const more = deltaBetween(decodeSnapshot(black.bytes), decodeSnapshot(theirs.black))
    const wrong = { unproven: countOf(more.adds), withheld: countOf(more.removes) }
    this.#options.logger.error({ size: signed.size, ...wrong }, 'lists not borne out by the log')
    await this.accuse('snapshot-unproven', [signed.note, signed.black.head, signed.grey.head])
  }

  /** An idle log makes no new lists: those of its present tree were announced before we listened. */
  private async compareOffered(): Promise<void> {
    const { follower } = this.#options
    do {
      await this.pause(0)
      if (this.#stop.signal.aborted || this.#compared !== null) return
    } while (follower.isSettling)
    this.announced(follower.size)
  }

  private async compare(size: number, own: Promise<OwnLists>): Promise<void> {
    const { alarms, register, logger } = this.#options
    const { black, grey } = await own
    const signed = await this.headsAt(size)
    if (signed === null) return
    const isSame =
      equal(signed.black.result, black.sha256) && equal(signed.grey.result, grey.sha256)
    if (isSame) {
      this.#compared = size
      for (const alarm of ['lists-differ', 'snapshot-unproven', 'index-damaged'] as const)
        alarms.clear(alarm)
      return
    }
    logger.error({ size }, 'our lists are not those the registry signed')
    // Whoever of us is wrong: from here on ours says what our orders say.
    await register.rebuild()
    await this.accuse('lists-differ', [signed.note, signed.black.head, signed.grey.head])
  }

  private async headsAt(size: number): Promise<HeadsAt | null> {
    const { source, logger } = this.#options
    const { signal } = this.#stop
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await this.pause(0)
      if (signal.aborted || this.#comparing !== size) return null
      try {
        const signed = await source.headsAt(size, signal)
        if (signed) return signed
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, 'lists not compared')
      }
    }
    return null
  }

  private async accuse(
    kind: EvidenceKind & ('snapshot-unproven' | 'lists-differ'),
    notes: readonly string[],
  ) {
    const { alarms, evidence, logger } = this.#options
    try {
      await evidence.keep(kind, ...notes)
    } catch (error) {
      logger.error({ err: error }, 'evidence not written down')
    }
    alarms.raise(kind)
  }

  private async pause(ms: number): Promise<void> {
    const dice = Buffer.from(this.#options.random(4)).readUInt32BE() / 2 ** 32
    const { signal } = this.#stop
    await delay(ms + dice * SPREAD_MS, undefined, { signal }).catch(() => undefined)
  }

  private run(work: Promise<void>): void {
    const { logger } = this.#options
    const running = work
      .catch((error: unknown) => logger.error({ err: error }, 'lists'))
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }
}
