import { setTimeout as delay } from 'node:timers/promises'
import { Refusal, type RefusalCode } from '../core/index.ts'
import { reconnectMs, type Logger, type RandomBytes } from '../host/index.ts'
import type { Alarms } from './alarms.ts'
import type { Evidence } from './evidence.ts'
import type { Follower } from './follower.ts'
import type { Lists } from './lists/lists.ts'
import { CHUNK, type FeedEvent, type RegistrySource } from './registry-source.ts'

export interface FeedClientOptions {
  readonly source: RegistrySource
  readonly follower: Follower
  readonly evidence: Evidence
  readonly lists?: Lists | null
  readonly alarms: Alarms
  readonly random: RandomBytes
  readonly logger: Logger
}

/** What went wrong with the feed, and was healed from the log. */
export interface FeedCounts {
  connected: number
  healed: number
  refusedNotes: number
}

type LogEvent = Exclude<FeedEvent, { kind: 'connected' }>

/** Keeps the follower fed: snapshot until caught up, then the live feed, and again whenever it breaks. */
export class FeedClient {
  readonly counts: FeedCounts = { connected: 0, healed: 0, refusedNotes: 0 }
  readonly #options: FeedClientOptions
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #lastNote: string | null = null

  constructor(options: FeedClientOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.run()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  private async run(): Promise<void> {
    const { follower, alarms } = this.#options
    let fromSnapshot = true
    const isOver = () => follower.splitView !== null || follower.isBroken
    while (!this.#stop.signal.aborted && !isOver()) {
      follower.dropQueue()
      let error: unknown
      try {
        if (fromSnapshot) await this.catchUp()
        fromSnapshot = false
        await this.follow()
      } catch (thrown) {
        error = thrown
        fromSnapshot = (await this.judge(error)) || fromSnapshot
      }
      if (this.#stop.signal.aborted) return
      alarms.raise('feed-away')
      await this.pause(error)
    }
  }

  /**
   * Leaves from the snapshot. Those of a tree that is under quorum already are believed chunk by chunk; the
   * others wait in the queue for a checkpoint of the feed.
   */
  private async catchUp(): Promise<void> {
    const { follower, source } = this.#options
    const { signal } = this.#stop
    if (follower.expectedNote === null) await this.lookAhead()
    for (;;) {
      const chunk = Math.floor(follower.next / CHUNK)
      const records = await source.snapshot(chunk, signal)
      for (const record of records) follower.receive(record)
      await this.settleHeadStart()
      await follower.takeExpected(signal)
      if (Math.floor(follower.next / CHUNK) === chunk) return
    }
  }

  /** A tree far ahead is outlined before its leaves are asked for. */
  private async lookAhead(): Promise<void> {
    const { follower, source } = this.#options
    const { signal } = this.#stop
    const note = await source.checkpoint(signal)
    const size = note === null ? 0 : this.guardedSizeOf(note)
    if (note === null || size < follower.next + CHUNK) return
    this.#lastNote = note
    follower.expect({ note, outline: await source.outline(size, signal) })
  }

  /** 0: not under the guardians' quorum, or no checkpoint of ours. */
  private guardedSizeOf(note: string): number {
    try {
      return this.#options.follower.guardedSizeOf(note) ?? 0
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.refuseNote(error)
      return 0
    }
  }

  private async follow(): Promise<void> {
    const { follower, source, alarms } = this.#options
    const after = follower.next === 0 ? null : follower.next - 1
    for await (const event of source.feed(after, this.#stop.signal)) {
      if (event.kind === 'connected') {
        this.counts.connected++
        alarms.clear('feed-away')
      } else await this.take(event)
    }
  }

  private async take(event: LogEvent): Promise<void> {
    try {
      await this.offer(event)
    } catch (error) {
      if (isCode(error, 'feed-gap', 'not-consistent')) await this.heal(event, error)
      else if (
        event.kind === 'checkpoint' &&
        error instanceof Refusal &&
        error.code !== 'split-view'
      )
        this.refuseNote(error)
      else throw error
    }
  }

  private async offer(event: LogEvent): Promise<void> {
    const { follower, lists } = this.#options
    if (event.kind === 'entry') return follower.receive(event.record)
    if (event.kind === 'lists') return lists?.announced(event.size)
    await this.settleHeadStart()
    this.#lastNote = event.note
    await follower.noteGently(event.note)
  }

  private async settleHeadStart(): Promise<void> {
    const note = this.#options.lists?.due ?? null
    if (note === null) return
    this.#lastNote = note
    await this.#options.follower.noteGently(note)
  }

  /** What the feed said does not add up: the leaves come from the log itself, then once more. */
  private async heal(event: LogEvent, { code }: Refusal): Promise<void> {
    const { follower, logger } = this.#options
    this.counts.healed++
    logger.warn({ code, size: follower.size }, 'feed does not add up: healing from the log')
    follower.dropQueue()
    await this.catchUp()
    await this.offer(event)
  }

  private refuseNote({ code }: Refusal): void {
    this.counts.refusedNotes++
    this.#options.logger.warn({ code }, 'checkpoint refused')
  }

  /** @returns whether the way back leads through the snapshot */
  private async judge(error: unknown): Promise<boolean> {
    const { follower, logger } = this.#options
    if (this.#stop.signal.aborted) return false
    if (!(error instanceof Refusal)) {
      logger.warn({ err: error }, 'feed broke off')
      return false
    }
    const { code } = error
    logger.warn({ code }, 'feed broke off')
    if (follower.splitView) await this.accuse('split-view', follower.splitView)
    else if (code === 'not-consistent' || code === 'future-cursor') {
      const offered = follower.expectedNote ?? this.#lastNote
      const note = code === 'future-cursor' ? follower.newestNote : offered
      await this.accuse(code, note === null ? [] : [note])
    }
    return code !== 'unavailable' && code !== 'timeout'
  }

  private async accuse(
    kind: 'split-view' | 'not-consistent' | 'future-cursor',
    notes: readonly string[],
  ): Promise<void> {
    const { alarms, evidence, logger } = this.#options
    try {
      await evidence.keep(kind, ...notes)
    } catch (error) {
      logger.error({ err: error }, 'evidence not written down')
    }
    alarms.raise(kind)
  }

  private async pause(error: unknown): Promise<void> {
    const dice = Buffer.from(this.#options.random(4)).readUInt32BE() / 2 ** 32
    const options = { signal: this.#stop.signal }
    await delay(reconnectMs(error, dice), undefined, options).catch(() => undefined)
  }
}

function isCode(error: unknown, ...codes: readonly RefusalCode[]): error is Refusal {
  return error instanceof Refusal && codes.includes(error.code)
}
