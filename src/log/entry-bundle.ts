import { concat } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import { TILE_WIDTH, changedBundles, type Tile } from './tiles.ts'

/** Our bound; C2SP's u16 would allow 65,535. */
export const MAX_ENTRY_BYTES = 16_384
/** What the u16 allows: other people's entries. */
export const MAX_FOREIGN_ENTRY_BYTES = 65_535

/** Each entry as `u16 length ‖ bytes`. @throws {Refusal} too-large, tile-malformed */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  demand(entries.length <= TILE_WIDTH, 'tile-malformed', 'more than 256 entries in a bundle')
  return concat(...entries.flatMap((entry) => [u16(entry.length), entry]))
}

/**
 * The `width` entries of a bundle, as views of `bytes`. @throws {Refusal} tile-malformed: another
 * number of entries, a cut or trailing byte; too-large: an entry beyond `maxBytes`
 */
export function decodeBundle(
  bytes: Uint8Array,
  width: number,
  maxBytes = MAX_ENTRY_BYTES,
): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: Uint8Array[] = []
  let at = 0
  while (entries.length < width) {
    demand(at + 2 <= bytes.length, 'tile-malformed', `bundle ends after ${entries.length} entries`)
    const end = at + 2 + view.getUint16(at)
    demand(end - at - 2 <= maxBytes, 'too-large', `entry beyond ${maxBytes} bytes`)
    demand(end <= bytes.length, 'tile-malformed', `entry ${entries.length} is cut short`)
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  demand(at === bytes.length, 'tile-malformed', `bytes after the last of ${width} entries`)
  return entries
}

/** An entry bundle with its bytes. */
export interface EntryBundle {
  readonly index: number
  /** 1…256 entries. */
  readonly width: number
  readonly bytes: Uint8Array
}

/** The bundle as a tile, for `tilePath`. */
export function bundleTile(bundle: { readonly index: number; readonly width: number }): Tile {
  return { level: 'entries', index: bundle.index, width: bundle.width }
}

/**
 * The bundles that `entries` bring about in a log of `oldSize`, whose last, partial bundle is
 * `partial` (empty when `oldSize` is a multiple of 256). @throws {Refusal} too-large, tile-malformed
 */
export function appendEntries(
  oldSize: number,
  partial: Uint8Array,
  entries: readonly Uint8Array[],
): EntryBundle[] {
  const before = decodeBundle(partial, oldSize % TILE_WIDTH)
  const start = oldSize - before.length
  const all = [...before, ...entries]
  const bundles: EntryBundle[] = []
  for (const { index, width } of changedBundles(oldSize, oldSize + entries.length)) {
    const from = index * TILE_WIDTH - start
    bundles.push({ index, width, bytes: encodeBundle(all.slice(from, from + width)) })
  }
  return bundles
}

function u16(length: number): Uint8Array {
  demand(length <= MAX_ENTRY_BYTES, 'too-large', `entry of ${length} bytes, at most 16,384`)
  return Uint8Array.of(Math.floor(length / 256), length % 256)
}
