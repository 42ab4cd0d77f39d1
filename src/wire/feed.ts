import { z } from 'zod'
import { demand } from '../core/index.ts'

/** Events of the feed (server-sent events). Entries carry their index as id, the others none. */
export const FEED_EVENT = { entry: 'entry', checkpoint: 'checkpoint', lists: 'lists' } as const

/** Comment line that shows the feed is alive. */
export const HEARTBEAT = ': hb\n\n'
export const HEARTBEAT_MS = 5_000

/** Leaves a feed replays; older cursors take the snapshot. */
export const RING_LEAVES = 10_000
/** Unsent bytes at which a slow reader is cut. */
export const MAX_UNSENT_BYTES = 1_048_576

export const FeedEntry = z.object({
  /** The entry, base64. */
  entry: z.string(),
  /** Its opening, base64; null where there is none, or the reader is not entitled. */
  opening: z.string().nullable(),
})
export type FeedEntry = z.infer<typeof FeedEntry>

export const FeedCheckpoint = z.object({ note: z.string() })
export type FeedCheckpoint = z.infer<typeof FeedCheckpoint>

/** Lists of this tree, the newest, are about to be made: whoever holds the same may compare. */
export const FeedLists = z.object({ size: z.number().int().nonnegative() })

/** One chunk of the snapshot: 256 entries beside their openings, the last chunk shorter. */
export const SnapshotChunk = z.object({
  from: z.number().int().nonnegative(),
  /** Size of the published tree. */
  size: z.number().int().nonnegative(),
  entries: z.array(FeedEntry).max(256),
})
export type SnapshotChunk = z.infer<typeof SnapshotChunk>

/** Leaf index from an SSE id or a Last-Event-ID header. `0` is one. @throws {Refusal} bad-cursor */
export function parseCursor(text: string): number {
  demand(/^(0|[1-9][0-9]{0,15})$/.test(text), 'bad-cursor', 'expected a leaf index')
  const index = Number(text)
  demand(Number.isSafeInteger(index), 'bad-cursor', 'beyond 2^53-1')
  return index
}

/** One event as it goes over the wire; data never holds a line break. */
export function formatEvent(event: string, data: unknown, id?: number): string {
  const head = id === undefined ? '' : `id: ${id}\n`
  return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
