import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream'
import { Refusal, demand, fromBase64 } from '../core/index.ts'
import {
  CHECKPOINT_PATH,
  HASH_SIZE,
  TILE_WIDTH,
  readOutline,
  tilePath,
  type TreeOutline,
} from '../log/index.ts'
import {
  FEED_EVENT,
  FeedCheckpoint,
  FeedEntry,
  FeedLists,
  HEARTBEAT_MS,
  SnapshotChunk,
  parseCursor,
} from '../wire/index.ts'
import { retryLater } from '../host/index.ts'
import type { LogRecord } from './log-record.ts'
import { parseJson, readBounded, utf8Text, type RegistryDoor } from './registry-door.ts'

/** Entries in one chunk of the snapshot. */
export const CHUNK = 256
/** 256 entries of 16 KiB with their openings, in base64 inside JSON. */
const MAX_CHUNK_BYTES = 8_388_608
/** The largest entry or note, in base64 inside JSON. */
const MAX_EVENT_CHARS = 131_072
const REQUEST_MS = 15_000
/** A checkpoint with the lines of all cosigners. */
const MAX_NOTE_BYTES = 65_536
/** Three heartbeats missed: the connection is dead, whatever TCP thinks. */
const SILENCE_MS = 3 * HEARTBEAT_MS

/** What the feed says, one at a time. */
export type FeedEvent =
  | { readonly kind: 'connected' }
  | { readonly kind: 'entry'; readonly record: LogRecord }
  | { readonly kind: 'checkpoint'; readonly note: string }
  /** Lists of this tree are about to be made. */
  | { readonly kind: 'lists'; readonly size: number }

/** The registry as an edge sees it: a source of bytes, believed in nothing. */
export class RegistrySource {
  readonly #door: RegistryDoor

  constructor(door: RegistryDoor) {
    this.#door = door
  }

  /**
   * The leaves of one chunk; fewer than all where the tree ends.
   * @throws {Refusal} unavailable (with `retryAfterSeconds` where the registry named it), timeout,
   * too-large, malformed
   */
  async snapshot(chunk: number, stop: AbortSignal): Promise<readonly LogRecord[]> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(REQUEST_MS)])
    const response = await this.#door.get(`/v1/snapshot/${chunk}`, 'application/json', signal)
    if (response.status === 404) return [] // the tree ends exactly where this chunk would begin
    if (!response.ok) throw later(response)
    const answer = SnapshotChunk.safeParse(
      parseJson(utf8Text(await readBounded(response, MAX_CHUNK_BYTES))),
    )
    demand(answer.success, 'malformed', 'expected a chunk of the snapshot')
    const { from, entries } = answer.data
    demand(from === chunk * CHUNK, 'malformed', 'expected the chunk asked for')
    return entries.map((entry, i) => recordOf(from + i, entry))
  }

  /**
   * The newest checkpoint; null where the log has none yet.
   * @throws {Refusal} unavailable, too-large
   */
  async checkpoint(stop: AbortSignal): Promise<string | null> {
    const bytes = await this.file(CHECKPOINT_PATH, MAX_NOTE_BYTES, stop)
    return bytes && utf8Text(bytes)
  }

  /**
   * The outline of a tree of this size, as the registry has it.
   * @throws {Refusal} unavailable, too-large, tile-malformed
   */
  outline(size: number, stop: AbortSignal): Promise<TreeOutline> {
    return readOutline(size, async (tile) => {
      const bytes = await this.file(tilePath(tile), TILE_WIDTH * HASH_SIZE, stop)
      demand(bytes !== null, 'unavailable', 'the registry has no such tile')
      return bytes
    })
  }

  private async file(path: string, max: number, stop: AbortSignal): Promise<Uint8Array | null> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(REQUEST_MS)])
    const response = await this.#door.get(`/log/${path}`, '*/*', signal)
    if (response.status === 404) return null
    if (!response.ok) throw later(response)
    return readBounded(response, max)
  }

  /**
   * The live feed behind leaf `after`, until it ends or falls silent.
   * @throws {Refusal} cursor-too-old, future-cursor, unavailable, too-large, malformed
   */
  async *feed(after: number | null, stop: AbortSignal): AsyncGenerator<FeedEvent> {
    const over = new AbortController()
    const watch = setTimeout(() => over.abort(), SILENCE_MS)
    const signal = AbortSignal.any([stop, over.signal])
    const cursor = after === null ? {} : { 'last-event-id': String(after) }
    try {
      const response = await this.#door.get('/v1/feed', 'text/event-stream', signal, cursor)
      checkFeedAnswer(response)
      yield { kind: 'connected' }
      const events = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(
        new EventSourceParserStream({
          maxBufferSize: MAX_EVENT_CHARS,
          onError: 'terminate',
          onComment: () => watch.refresh(),
        }),
      )
      for await (const message of events) {
        watch.refresh()
        const event = eventOf(message)
        if (event) yield event
      }
    } finally {
      clearTimeout(watch)
      over.abort()
    }
  }
}

function checkFeedAnswer(response: Response): void {
  if (response.status === 410) throw new Refusal('cursor-too-old', 'take the snapshot first')
  if (response.status === 409) throw new Refusal('future-cursor', 'the log is behind our leaves')
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (!response.ok || !isStream || response.body === null) throw later(response)
}

/** Null for an event of a kind we do not know: newer registries may have more to say. */
function eventOf({ id, event, data }: EventSourceMessage): FeedEvent | null {
  if (event === FEED_EVENT.entry) {
    const entry = FeedEntry.safeParse(parseJson(data))
    demand(entry.success && id !== undefined, 'malformed', 'expected an entry with its index')
    return { kind: 'entry', record: recordOf(parseCursor(id), entry.data) }
  }
  if (event === FEED_EVENT.checkpoint) {
    const checkpoint = FeedCheckpoint.safeParse(parseJson(data))
    demand(checkpoint.success, 'malformed', 'expected a checkpoint')
    return { kind: 'checkpoint', note: checkpoint.data.note }
  }
  if (event === FEED_EVENT.lists) {
    const lists = FeedLists.safeParse(parseJson(data))
    demand(lists.success, 'malformed', 'expected a tree size')
    return { kind: 'lists', size: lists.data.size }
  }
  return null
}

function recordOf(index: number, { entry, opening }: FeedEntry): LogRecord {
  return { index, entry: fromBase64(entry), opening: opening === null ? null : fromBase64(opening) }
}

const later = ({ status, headers }: Response) => retryLater(status, headers.get('retry-after'))
