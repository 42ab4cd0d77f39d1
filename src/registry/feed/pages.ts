import type { Kysely } from 'kysely'
import { demand, toBase64 } from '../../core/index.ts'
import { FEED_EVENT, formatEvent, type FeedEntry } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'

/** Entries of one page; also of one chunk of the snapshot. */
export const PAGE = 256
/** Erased openings must not be told from memory for longer than a reader takes to read them. */
const KEPT_MS = 2_000
/** More than a feed replays. */
const MAX_KEPT = 64

/** Log entries beside their openings, as entitled readers get them. */
export class Page {
  /** Index of its first entry, and the one behind its last. */
  readonly from: number
  readonly to: number
  readonly entries: readonly FeedEntry[]
  #told: { readonly events: Buffer; readonly starts: readonly number[] } | null = null

  constructor(from: number, entries: readonly FeedEntry[]) {
    this.from = from
    this.to = from + entries.length
    this.entries = entries
  }

  /** Its events from that index on: a view, so that any number of readers hold the same bytes. */
  eventsFrom(index: number): Buffer {
    this.#told ??= this.tell()
    return this.#told.events.subarray(this.#told.starts[index - this.from])
  }

  private tell() {
    const events = this.entries.map((entry, i) =>
      Buffer.from(formatEvent(FEED_EVENT.entry, entry, this.from + i)),
    )
    let end = 0
    const starts = events.map(({ length }) => (end += length) - length)
    return { events: Buffer.concat(events), starts }
  }
}

/**
 * The log as readers catch up on it. Of each page one query is made, however many want it at once, and
 * one page is read at a time: a crowd that comes back must not take the connections that orders need.
 */
export class Pages {
  readonly #db: Kysely<Schema>
  readonly #kept = new Map<number, { readonly to: number; readonly page: Promise<Page> }>()
  #last: Promise<unknown> = Promise.resolve()
  #queries = 0

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  /** Made so far. */
  get queries(): number {
    return this.#queries
  }

  /**
   * The page that begins at 256 · `number`, as far as a log of `size` entries fills it.
   * @throws {Refusal} unavailable: published entries are missing
   */
  read(number: number, size: number): Promise<Page> {
    const from = number * PAGE
    const to = Math.min(size, from + PAGE)
    if (from >= to) return Promise.resolve(new Page(from, []))
    const kept = this.#kept.get(number)
    if (kept && kept.to >= to) return kept.page
    const page = this.#last.then(() => this.query(from, to))
    this.#last = page.catch(() => undefined)
    const made = { to, page }
    this.#kept.delete(number)
    this.#kept.set(number, made)
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value!)
    const forget = () => this.#kept.get(number) === made && this.#kept.delete(number)
    page.then(() => setTimeout(forget, KEPT_MS).unref(), forget)
    return page
  }

  private async query(from: number, to: number): Promise<Page> {
    this.#queries++
    const rows = await this.#db
      .selectFrom('entries')
      .leftJoin('orders', 'orders.log_index', 'entries.index')
      .leftJoin('identity_openings', 'identity_openings.log_index', 'entries.index')
      .select([
        'entries.leaf',
        // An entry is of one kind: at most one of them is there.
        (eb) => eb.fn.coalesce('orders.opening', 'identity_openings.opening').as('opening'),
      ])
      .where('entries.index', '>=', BigInt(from))
      .where('entries.index', '<', BigInt(to))
      .orderBy('entries.index')
      .execute()
    demand(rows.length === to - from, 'unavailable', 'published entries are not in the database')
    return new Page(
      from,
      rows.map(({ leaf, opening }) => ({
        entry: toBase64(new Uint8Array(leaf)),
        opening: opening && toBase64(new Uint8Array(opening)),
      })),
    )
  }
}
