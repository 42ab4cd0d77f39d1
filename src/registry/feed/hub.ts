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
import { NOTHING_PUBLISHED, type Published } from '../log/published.ts'
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
    const first = accepted[0]?.index
    const events = accepted.map(({ index, entry, submission }) => {
      const opening = submission.order ? toBase64(submission.order.opening) : null
      return formatEvent(FEED_EVENT.entry, { entry: toBase64(entry), opening }, index)
    })
    events.push(checkpointEvent(published))
    const bytes = Buffer.from(events.join(''))
    this.#published = published
    for (const reader of this.#readers) {
      if (!reader.live || (first !== undefined && reader.next !== first)) continue
      this.send(reader, bytes)
      reader.next += accepted.length
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
    const reader: Reader = { out, next, live: false }
    out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    out.write(': stolen-mode feed\n\n')
    this.#readers.add(reader)
    out.on('close', () => this.#readers.delete(reader))
    this.bringUp(reader).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'a feed reader was dropped')
      out.destroy()
    })
  }

  private async bringUp(reader: Reader): Promise<void> {
    for (;;) {
      const size = this.#published.newest?.checkpoint.size ?? 0
      if (reader.next >= size) break
      const entries = await feedEntries(this.#db, reader.next, Math.min(size, reader.next + PAGE))
      const events = entries.map((entry, i) =>
        formatEvent(FEED_EVENT.entry, entry, reader.next + i),
      )
      reader.next += entries.length
      if (!reader.out.write(events.join(''))) await drained(reader.out)
    }
    // No await between the last look at the size and this: nothing can be published in between.
    reader.live = true
    if (this.#published.newest) this.send(reader, Buffer.from(checkpointEvent(this.#published)))
  }

  private broadcast(text: string): void {
    for (const reader of this.#readers) this.send(reader, Buffer.from(text))
  }

  private send(reader: Reader, bytes: Buffer): void {
    if (reader.out.writableLength > MAX_UNSENT_BYTES) {
      this.#cut++
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

function checkpointEvent(published: Published): string {
  const note = published.newest?.note
  return note === undefined ? '' : formatEvent(FEED_EVENT.checkpoint, { note })
}

function drained(out: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    out.once('drain', resolve)
    out.once('close', () => reject(new Error('the reader left')))
  })
}
