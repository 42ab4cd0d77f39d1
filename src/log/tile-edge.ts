import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { demand } from '../core/refusal.ts'
import { EMPTY_ROOT, HASH_SIZE, nodeHash, perfectRoot, type Sha256 } from './merkle.ts'
import {
  TILE_WIDTH,
  checkTileBytes,
  hashesAtLevel,
  tileWidth,
  type HashTile,
  type Tile,
} from './tiles.ts'

/** Gives the bytes of a tile at exactly the width asked for. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>

const FULL = TILE_WIDTH * HASH_SIZE

/**
 * The right edge of a tiled tree: per level the hashes of its partial tile (none where the level
 * ends on a tile's edge). All a sequencer needs to grow the log. Never changed in place, so that
 * the one in hand stays right when the checkpoint it was grown for is not swapped in.
 */
export interface TileEdge {
  readonly size: number
  /** Concatenated hashes, fewer than 256, by level. */
  readonly levels: readonly Uint8Array[]
}

/** The edge of the empty tree. */
export const EMPTY_EDGE: TileEdge = { size: 0, levels: [] }

/** The edge after an append, and the tiles that came into being, level by level. */
export interface Appended {
  readonly edge: TileEdge
  readonly tiles: readonly HashTile[]
}

/** Appends leaf hashes; `tiles` are just those of `changedTiles(edge.size, new size)`. */
export function appendLeaves(
  edge: TileEdge,
  leaves: readonly Uint8Array[],
  sha256: Sha256 = nobleSha256,
): Appended {
  const size = edge.size + leaves.length
  demand(
    leaves.every((leaf) => leaf.length === HASH_SIZE),
    'malformed',
    'a leaf hash has 32 bytes',
  )
  demand(Number.isSafeInteger(size), 'too-large', 'tree beyond 2^53-1 leaves')
  const levels: Uint8Array[] = []
  const tiles: HashTile[] = []
  let added = leaves
  for (let level = 0; level < edge.levels.length || added.length > 0; level++) {
    const hashes = joinHashes(edge.levels[level] ?? new Uint8Array(), added)
    const first = Math.floor(hashesAtLevel(edge.size, level) / TILE_WIDTH)
    const roots: Uint8Array[] = []
    let at = 0
    for (; at + FULL <= hashes.length; at += FULL) {
      const bytes = hashes.slice(at, at + FULL)
      tiles.push({ level, index: first + roots.length, width: TILE_WIDTH, bytes })
      roots.push(perfectRoot(bytes, sha256))
    }
    const bytes = hashes.slice(at)
    levels.push(bytes)
    if (added.length > 0 && bytes.length > 0)
      tiles.push({ level, index: first + roots.length, width: bytes.length / HASH_SIZE, bytes })
    added = roots
  }
  return { edge: { size, levels }, tiles }
}

/** Not `concat(...)`: a bulk import appends more hashes than a call takes arguments. */
function joinHashes(first: Uint8Array, more: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(first.length + more.length * HASH_SIZE)
  joined.set(first)
  more.forEach((hash, i) => joined.set(hash, first.length + i * HASH_SIZE))
  return joined
}

/** RFC 6962 root of the tree whose right edge this is. */
export function edgeRoot(edge: TileEdge, sha256: Sha256 = nobleSha256): Uint8Array {
  let right: Uint8Array | undefined
  for (const hashes of edge.levels) {
    for (const left of perfectRoots(hashes, sha256).toReversed())
      right = right === undefined ? left : nodeHash(left, right, sha256)
  }
  return right ?? EMPTY_ROOT
}

/** The roots of the perfect subtrees of a partial tile, largest first. */
function perfectRoots(hashes: Uint8Array, sha256: Sha256): Uint8Array[] {
  const roots: Uint8Array[] = []
  let at = 0
  for (let length = FULL / 2; length >= HASH_SIZE; length /= 2) {
    if (at + length > hashes.length) continue
    roots.push(perfectRoot(hashes.subarray(at, at + length), sha256))
    at += length
  }
  return roots
}

/**
 * Reads the edge of a tree of `size` from its tiles. Compare `edgeRoot` with the checkpoint before
 * believing it. @throws {Refusal} tile-malformed
 */
export async function readEdge(size: number, readTile: ReadTile): Promise<TileEdge> {
  const levels: Uint8Array[] = []
  for (let level = 0; hashesAtLevel(size, level) > 0; level++) {
    const index = Math.floor(hashesAtLevel(size, level) / TILE_WIDTH)
    const width = tileWidth(size, level, index)
    const bytes = width === 0 ? new Uint8Array() : await readTile({ level, index, width })
    if (width > 0) checkTileBytes({ level, index, width }, bytes)
    levels.push(bytes)
  }
  return { size, levels }
}
