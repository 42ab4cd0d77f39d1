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
import { feedEntries } from './entries.ts'

interface Reader {
  readonly out: ServerResponse
  /** The next leaf it has not been sent. */
  next: number
  /** False while it is still being brought up from the database. */
  live: boolean
}

const PAGE = 256

/**
 * Fans the log out to its readers. The log is the replay store: the hub keeps nothing but who is
 * listening, so a reader that falls behind, or a process that dies, loses nothing.
 */
export class FeedHub {
  readonly #db: Kysely<Schema>
  readonly #logger: Logger
  readonly #readers = new Set<Reader>()
  readonly #heartbeat: NodeJS.Timeout
  #published: Published = NOTHING_PUBLISHED
  #cut = 0

  constructor(db: Kysely<Schema>, logger: Logger) {
    this.#db = db
    this.#logger = logger
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

  /**
   * Sends everything after leaf `last` and then stays.
   * @throws {Refusal} cursor-too-old: the snapshot comes first · future-cursor
   */
  attach(out: ServerResponse, last: number | null): void {
    const size = this.#published.newest?.checkpoint.size ?? 0
    const next = last === null ? 0 : last + 1
    demand(next <= size, 'future-cursor', `the log has ${size} entries`)
    if (size - next > RING_LEAVES)
      throw new Refusal('cursor-too-old', 'take the snapshot first', { snapshot: '/v1/snapshot/0' })
    if (out.destroyed) return
    const reader: Reader = { out, next, live: false }
    out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    out.write(': stolen-mode feed\n\n')
    this.#readers.add(reader)
    out.on('close', () => this.#readers.delete(reader))
    this.bringUp(reader)
  }

  /** Tells everyone who has been sent exactly this tree that its lists will be made. */
  announceLists(size: number): void {
    const bytes = Buffer.from(formatEvent(FEED_EVENT.lists, { size }))
    for (const reader of this.#readers)
      if (reader.live && reader.next === size) this.send(reader, bytes)
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
      const entries = await feedEntries(this.#db, reader.next, Math.min(size, reader.next + PAGE))
      demand(entries.length > 0, 'unavailable', 'published entries are not in the database')
      const events = entries.map((entry, i) =>
        formatEvent(FEED_EVENT.entry, entry, reader.next + i),
      )
      reader.next += entries.length
      if (!reader.out.write(events.join(''))) await drained(reader.out)
    }
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
    if (reader.out.writableLength > MAX_UNSENT_BYTES) {
      this.#cut++
      // Now, since its 'close' comes later, and it must not be cut twice.
      this.#readers.delete(reader)
      reader.out.destroy()
      return
    }
    reader.out.write(bytes)
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const { out } of this.#readers) out.end()
  }
}

function noteEvent(published: PublishedNote | null): string {
  return published === null ? '' : formatEvent(FEED_EVENT.checkpoint, { note: published.note })
}

/** When there is room again, or nobody left to read. */
function drained(out: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (out.destroyed) return resolve()
    const done = () => {
      out.off('drain', done).off('close', done)
      resolve()
    }
    out.on('drain', done).on('close', done)
  })
}
