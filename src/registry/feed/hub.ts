import type { ServerResponse } from 'node:http'
import type { Kysely } from 'kysely'
import { Refusal, demand, toBase64 } from '../../core/index.ts'
import type { Logger } from '../../host/index.ts'
import {
  FEED_EVENT,
  HEARTBEAT,
  HEARTBEAT_MS,
  MAX_UNSENT_BYTES,
  RING_LEAVES,
  formatEvent,
} from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import type { Accepted } from '../log/decide.ts'
import { NOTHING_PUBLISHED, type Published, type PublishedNote } from '../log/published.ts'
import { faultOf } from '../fault.ts'
import { PAGE, Pages } from './pages.ts'

/** What readers may take of one process. */
export interface FeedLimits {
  /** At once, in all and of one operator. */
  readonly readers: number
  readonly readersPerOperator: number
  /** How long a reader that catches up may take to read one page. */
  readonly pageMs: number
}

/** Thousands of registers, and every one of them back in the second after a restart. */
export const FEED_LIMITS: FeedLimits = {
  readers: 10_000,
  readersPerOperator: 2_000,
  pageMs: 30_000,
}

/** Soon enough for mercy; readers spread out behind it. */
const RETRY_AFTER_SECONDS = 5

interface Reader {
  readonly out: ServerResponse
  readonly operator: string
  /** The next leaf it has not been sent. */
  next: number
  /** False while it is still being brought up from the database. */
  live: boolean
}

/**
 * Fans the log out to its readers. The log is the replay store: the hub keeps nothing but who is
 * listening, and for two seconds what some of them catch up on, so a reader that falls behind, or a
 * process that dies, loses nothing.
 */
export class FeedHub {
  readonly #pages: Pages
  readonly #logger: Logger
  readonly #limits: FeedLimits
  readonly #readers = new Set<Reader>()
  readonly #perOperator = new Map<string, number>()
  readonly #heartbeat: NodeJS.Timeout
  #published: Published = NOTHING_PUBLISHED
  #cut = 0
  #refused = 0

  constructor(db: Kysely<Schema>, logger: Logger, limits = FEED_LIMITS) {
    this.#pages = new Pages(db)
    this.#logger = logger
    this.#limits = limits
    this.#heartbeat = setInterval(() => this.broadcast(HEARTBEAT), HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  get readers(): number {
    return this.#readers.size
  }

  /** Readers cut because they did not keep up. */
  get cut(): number {
    return this.#cut
  }

  /** Readers turned away because there were enough. */
  get refused(): number {
    return this.#refused
  }

  /** Queries made for readers that catch up. */
  get queries(): number {
    return this.#pages.queries
  }

  /** Told by the sequencer after publication. */
  publish(published: Published, accepted: readonly Accepted[]): void {
    this.#published = published
    if (this.#readers.size === 0) return
    const events = accepted.map(({ index, entry, submission }) => {
      const opening = submission.order?.opening ?? submission.opening ?? null
      const event = { entry: toBase64(entry), opening: opening && toBase64(opening) }
      return formatEvent(FEED_EVENT.entry, event, index)
    })
    events.push(noteEvent(published.newest))
    const bytes = Buffer.from(events.join(''))
    const size = published.newest?.checkpoint.size ?? 0
    for (const reader of this.#readers) {
      if (!reader.live) continue
      if (reader.next + accepted.length === size) {
        this.send(reader, bytes)
        reader.next = size
      } else {
        // Entries that this process did not log itself, or logged before it had to reload.
        this.bringUp(reader)
      }
    }
  }

  /** Costs nothing: to be asked before a signature is looked at. @throws {Refusal} unavailable */
  demandRoom(): void {
    if (this.#readers.size >= this.#limits.readers) this.refuse('unavailable', 'enough readers')
  }

  /**
   * Sends everything after leaf `last` and then stays.
   * @throws {Refusal} cursor-too-old: the snapshot comes first · future-cursor · unavailable, rate-limited:
   * enough readers, in all or of this operator; with when to come back
   */
  attach(out: ServerResponse, last: number | null, operator: string): void {
    const size = this.#published.newest?.checkpoint.size ?? 0
    const next = last === null ? 0 : last + 1
    demand(next <= size, 'future-cursor', `the log has ${size} entries`)
    if (size - next > RING_LEAVES)
      throw new Refusal('cursor-too-old', 'take the snapshot first', { snapshot: '/v1/snapshot/0' })
    if (out.destroyed) return
    this.demandRoom()
    const own = this.#perOperator.get(operator) ?? 0
    if (own >= this.#limits.readersPerOperator)
      this.refuse('rate-limited', 'enough readers of this operator')
    const reader: Reader = { out, operator, next, live: false }
    out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    out.write(': stolen-mode feed\n\n')
    this.#readers.add(reader)
    this.#perOperator.set(operator, own + 1)
    out.on('close', () => this.forget(reader))
    this.bringUp(reader)
  }

  /** Tells everyone who has been sent exactly this tree that its lists will be made. */
  announceLists(size: number): void {
    const bytes = Buffer.from(formatEvent(FEED_EVENT.lists, { size }))
    for (const reader of this.#readers)
      if (reader.live && reader.next === size) this.send(reader, bytes)
  }

  private refuse(code: 'unavailable' | 'rate-limited', why: string): never {
    this.#refused++
    throw new Refusal(code, why, { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }

  private forget(reader: Reader): void {
    if (!this.#readers.delete(reader)) return
    const left = this.#perOperator.get(reader.operator)! - 1
    if (left > 0) this.#perOperator.set(reader.operator, left)
    else this.#perOperator.delete(reader.operator)
  }

  private bringUp(reader: Reader): void {
    reader.live = false
    this.replay(reader).catch((error: unknown) => {
      this.#logger.warn({ err: faultOf(error) }, 'a feed reader was dropped')
      reader.out.destroy()
    })
  }

  private async replay(reader: Reader): Promise<void> {
    while (!reader.out.destroyed) {
      const size = this.#published.newest?.checkpoint.size ?? 0
      if (reader.next >= size) break
      const page = await this.#pages.read(Math.floor(reader.next / PAGE), size)
      const events = page.eventsFrom(reader.next)
      reader.next = page.to
      if (!reader.out.write(events) && !(await drained(reader.out, this.#limits.pageMs)))
        this.cutOff(reader)
    }
    if (reader.out.destroyed) return
    // No await between the last look at the size and this: nothing can be published in between.
    reader.live = true
    const { newest, guarded } = this.#published
    // While guardians are away, a reader that begins afresh must still learn of the locks they saw.
    const older = guarded !== newest ? noteEvent(guarded) : ''
    if (newest) this.send(reader, Buffer.from(older + noteEvent(newest)))
  }

  private broadcast(text: string): void {
    for (const reader of this.#readers) this.send(reader, Buffer.from(text))
  }

  private send(reader: Reader, bytes: Buffer): void {
    if (reader.out.writableLength > MAX_UNSENT_BYTES) this.cutOff(reader)
    else reader.out.write(bytes)
  }

  private cutOff(reader: Reader): void {
    this.#cut++
    // Now, since its 'close' comes later, and it must not be cut twice.
    this.forget(reader)
    reader.out.destroy()
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const { out } of this.#readers) out.end()
  }
}

function noteEvent(published: PublishedNote | null): string {
  return published === null ? '' : formatEvent(FEED_EVENT.checkpoint, { note: published.note })
}

/** Once there is room again, or nobody left to read. False: neither within that time. */
function drained(out: ServerResponse, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (out.destroyed) return resolve(true)
    const end = (isOver: boolean) => {
      out.off('drain', over).off('close', over)
      clearTimeout(late)
      resolve(isOver)
    }
    const over = () => end(true)
    const late = setTimeout(() => end(false), withinMs)
    out.on('drain', over).on('close', over)
  })
}
