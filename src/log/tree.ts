import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { demand } from '../core/refusal.ts'
import { HASH_SIZE, nodeHash, perfectRoot, type Sha256 } from './merkle.ts'
import type { ReadTile } from './tile-edge.ts'
import { TILE_WIDTH, checkTileBytes, tilePath, tileWidth } from './tiles.ts'

/** Leaves `from` (included) to `to` (excluded). */
type Span = readonly [from: number, to: number]

/** Tree levels inside one tile. */
const TILE_HEIGHT = 8

/**
 * The audit path of RFC 6962 §2.1.1 for the leaf at `index` in the tree of `size`, leaf's sibling
 * first. Reads only tiles that a tree of `size` has. @throws {Refusal} proof-malformed, tile-malformed
 */
export async function inclusionProof(
  index: number,
  size: number,
  readTile: ReadTile,
  sha256: Sha256 = nobleSha256,
): Promise<Uint8Array[]> {
  demand(index >= 0 && index < size, 'proof-malformed', 'index is outside the tree')
  const spans: Span[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const split = from + largestPowerBelow(to - from)
    if (index < split) {
      spans.push([split, to])
      to = split
    } else {
      spans.push([from, split])
      from = split
    }
  }
  return rootsOf(spans.reverse(), size, readTile, sha256)
}

/**
 * The consistency proof of RFC 6962 §2.1.2 from `oldSize` to `newSize`; empty from 0 and between
 * equal sizes. Reads only tiles of `newSize`. @throws {Refusal} proof-malformed, tile-malformed
 */
export async function consistencyProof(
  oldSize: number,
  newSize: number,
  readTile: ReadTile,
  sha256: Sha256 = nobleSha256,
): Promise<Uint8Array[]> {
  demand(oldSize >= 0 && oldSize <= newSize, 'proof-malformed', 'a tree cannot shrink')
  if (oldSize === 0) return []
  const spans: Span[] = []
  let [from, to] = [0, newSize]
  while (oldSize !== to) {
    const split = from + largestPowerBelow(to - from)
    if (oldSize <= split) {
      spans.push([split, to])
      to = split
    } else {
      spans.push([from, split])
      from = split
    }
  }
  // The verifier holds the old root: a subtree that is the whole old tree is not sent.
  if (from > 0) spans.push([from, to])
  return rootsOf(spans.reverse(), newSize, readTile, sha256)
}

function rootsOf(spans: readonly Span[], size: number, readTile: ReadTile, sha256: Sha256) {
  const readOnce = cachedHashes(size, readTile)
  return Promise.all(spans.map((span) => spanRoot(span, readOnce, sha256)))
}

/** The tree hash of a span that RFC 6962's splitting yields, from perfect subtrees. */
async function spanRoot([from, to]: Span, readHashes: ReadHashes, sha256: Sha256) {
  const roots: Uint8Array[] = []
  for (let at = from; at < to;) {
    const leaves = largestPowerWithin(to - at)
    roots.push(await perfectSpanRoot(at, leaves, readHashes, sha256))
    at += leaves
  }
  return roots.reduceRight((right, left) => nodeHash(left, right, sha256))
}

/** The root over `leaves` = 2^k leaves from `from`: some hashes of one tile. */
async function perfectSpanRoot(
  from: number,
  leaves: number,
  readHashes: ReadHashes,
  sha256: Sha256,
): Promise<Uint8Array> {
  let level = 0
  let [first, count] = [from, leaves]
  while (count >= 2 ** TILE_HEIGHT) {
    level++
    first /= TILE_WIDTH
    count /= TILE_WIDTH
  }
  const bytes = await readHashes(level, Math.floor(first / TILE_WIDTH))
  const at = (first % TILE_WIDTH) * HASH_SIZE
  return perfectRoot(bytes.slice(at, at + count * HASH_SIZE), sha256)
}

type ReadHashes = (level: number, index: number) => Promise<Uint8Array>

/** One proof touches a tile several times: read each once, at the width `size` gives it. */
function cachedHashes(size: number, readTile: ReadTile): ReadHashes {
  const seen = new Map<string, Promise<Uint8Array>>()
  return (level, index) => {
    const tile = { level, index, width: tileWidth(size, level, index) }
    const path = tilePath(tile)
    const bytes =
      seen.get(path) ?? readTile(tile).then((read) => (checkTileBytes(tile, read), read))
    seen.set(path, bytes)
    return bytes
  }
}

/** The largest power of two smaller than `n`, n ≥ 2. */
function largestPowerBelow(n: number): number {
  const power = largestPowerWithin(n)
  return power === n ? power / 2 : power
}

function largestPowerWithin(n: number): number {
  let power = 1
  while (power * 2 <= n) power *= 2
  return power
}
