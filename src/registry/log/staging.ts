import {
  asArray,
  asBytes,
  asText,
  decodeCbor,
  encodeCbor,
  type CborValue,
} from '../../core/index.ts'
import {
  TILE_WIDTH,
  parseTilePath,
  tilePath,
  type EntryBundle,
  type HashTile,
  bundleTile,
} from '../../log/index.ts'
import type { TileStore } from './tile-store.ts'

/** A pool of a thousand entries of 16 KiB, and the tiles above them. */
const MAX_STAGING_BYTES = 64 * 1024 * 1024

/** All files of one checkpoint as one value, so that any process can finish what another began. */
export function encodeStaging(
  tiles: readonly HashTile[],
  bundles: readonly EntryBundle[],
): Uint8Array {
  const files = [
    ...bundles.map((bundle) => [tilePath(bundleTile(bundle)), bundle.bytes] as const),
    ...tiles.map((tile) => [tilePath(tile), tile.bytes] as const),
  ]
  return encodeCbor(files)
}

/**
 * Writes the files of a checkpoint: in normal work and after a crash alike. Together, for each waits
 * for the disk; nobody reads them before the checkpoint is there, so their order says nothing.
 */
export async function publishStaged(staging: Uint8Array, store: TileStore): Promise<void> {
  const files = asArray(decodeCbor(staging, MAX_STAGING_BYTES))
  const written = await Promise.allSettled(files.map((file) => publishFile(file, store)))
  // All have ended before anybody reloads: one still under way would meet the one that repeats it.
  const failed = written.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

async function publishFile(file: CborValue, store: TileStore): Promise<void> {
  const [path, bytes] = asArray(file, 2)
  const tile = parseTilePath(asText(path))
  await store.write(tilePath(tile), asBytes(bytes))
  if (tile.width === TILE_WIDTH) await store.dropPartials(tile)
}
