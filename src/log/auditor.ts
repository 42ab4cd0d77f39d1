import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { equal } from '../core/bytes.ts'
import { Refusal } from '../core/refusal.ts'
import { openCheckpoint, type VerifiedCheckpoint } from './checkpoint.ts'
import { bundleTile, decodeBundle } from './entry-bundle.ts'
import { HASH_SIZE, leafHash, type Sha256 } from './merkle.ts'
import type { VerifyEd25519 } from './note-key.ts'
import type { Policy } from './policy.ts'
import { checkQuorum, logKeys, type Quorum } from './quorum.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot, type ReadTile } from './tile-edge.ts'
import {
  CHECKPOINT_PATH,
  TILE_WIDTH,
  changedBundles,
  checkTileBytes,
  tilePath,
  type HashTile,
  type Tile,
} from './tiles.ts'

/** What an audit of a whole log needs; nothing of it is particular to this product. */
export interface Audit {
  readonly policy: Policy
  readonly verify: VerifyEd25519
  /** The resource at `path` below the log's prefix, or null when it is not there. */
  readonly read: (path: string) => Promise<Uint8Array | null>
  readonly sha256?: Sha256
  /** Called after every entry bundle with the leaves verified and the tree's size. */
  readonly progress?: (leaves: number, size: number) => void
}

/** What a clean audit has shown. */
export interface Audited {
  readonly checkpoint: VerifiedCheckpoint
  readonly quorum: Quorum
}

/**
 * Recomputes a whole log from its entries alone: the log's line and the quorum, every entry against
 * its level-0 tile, every upper tile, the root. Holds one bundle and the right edge in memory.
 * Stops at the first bad thing and names it in the refusal's facts: `leaf`, `path` or `line`.
 * @throws {Refusal} not-found: a missing resource; tile-malformed, too-large: its shape;
 * not-included: an entry that is not its leaf; not-consistent: a tile or root that does not follow;
 * and those of `openCheckpoint` and `checkQuorum`
 */
export async function auditLog(audit: Audit): Promise<Audited> {
  const sha256 = audit.sha256 ?? nobleSha256
  const { checkpoint, quorum } = await readHead(audit)
  let edge = EMPTY_EDGE
  for (const bundle of changedBundles(0, checkpoint.size)) {
    const leaves = await verifyBundle(audit, bundle, sha256)
    const appended = appendLeaves(edge, leaves, sha256)
    edge = appended.edge
    // Partial upper tiles still grow: only what is full is final.
    for (const tile of appended.tiles)
      if (tile.level > 0 && tile.width === TILE_WIDTH) await verifyTile(audit, tile)
    audit.progress?.(edge.size, checkpoint.size)
  }
  for (const tile of upperPartialTiles(edge.levels, edge.size)) await verifyTile(audit, tile)
  if (!equal(edgeRoot(edge, sha256), checkpoint.root))
    throw failure('not-consistent', 'the signed root is not that of the entries', CHECKPOINT_PATH)
  return { checkpoint, quorum }
}

async function readHead({ read, policy, verify }: Audit): Promise<Audited> {
  const bytes = await read(CHECKPOINT_PATH)
  if (bytes === null) throw missing(CHECKPOINT_PATH)
  return naming(CHECKPOINT_PATH, () => {
    const checkpoint = openCheckpoint(bytes, logKeys(policy), verify)
    return { checkpoint, quorum: checkQuorum(checkpoint, policy, verify) }
  })
}

/** The leaf hashes of a bundle's entries, each compared with the level-0 tile. */
async function verifyBundle(audit: Audit, bundle: Tile, sha256: Sha256): Promise<Uint8Array[]> {
  const [entries, tile] = await Promise.all([
    readEntries(audit, bundle),
    readHashes(audit, { ...bundle, level: 0 }),
  ])
  return entries.map((entry, i) => {
    const leaf = leafHash(entry, sha256)
    if (equal(leaf, tile.subarray(i * HASH_SIZE, (i + 1) * HASH_SIZE))) return leaf
    const index = bundle.index * TILE_WIDTH + i
    const message = `entry ${index} does not hash to its leaf`
    throw new Refusal('not-included', message, { leaf: index, path: tilePath(bundle) })
  })
}

async function verifyTile(audit: Audit, expected: HashTile): Promise<void> {
  const found = await readHashes(audit, expected)
  if (!equal(found, expected.bytes))
    throw failure('not-consistent', 'tile does not follow from the entries', tilePath(expected))
}

function upperPartialTiles(levels: readonly Uint8Array[], size: number): HashTile[] {
  return levels.flatMap((bytes, level) => {
    const index = Math.floor(size / TILE_WIDTH ** (level + 1))
    const width = bytes.length / HASH_SIZE
    return level > 0 && width > 0 ? [{ level, index, width, bytes }] : []
  })
}

async function readEntries(audit: Audit, tile: Tile): Promise<Uint8Array[]> {
  const { path, width, bytes } = await readTile(audit, bundleTile(tile))
  return naming(path, () => decodeBundle(bytes, width).slice(0, tile.width))
}

async function readHashes(audit: Audit, tile: Tile): Promise<Uint8Array> {
  const { path, width, bytes } = await readTile(audit, tile)
  naming(path, () => checkTileBytes({ ...tile, width }, bytes))
  return bytes.subarray(0, tile.width * HASH_SIZE)
}

/**
 * Hash tiles at exactly the width asked for, from wherever a log is served: what proofs are made of.
 * @throws {Refusal} not-found
 */
export function readTileFrom(read: Audit['read']): ReadTile {
  return async (tile) => (await readTile({ read }, tile)).bytes.subarray(0, tile.width * HASH_SIZE)
}

/** C2SP tlog-tiles, "Partial Tiles": one may be gone once the full tile is there. */
async function readTile({ read }: Pick<Audit, 'read'>, tile: Tile) {
  for (const width of new Set([tile.width, TILE_WIDTH])) {
    const path = tilePath({ ...tile, width })
    const bytes = await read(path)
    if (bytes !== null) return { path, width, bytes }
  }
  throw missing(tilePath(tile))
}

function naming<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal(error.code, `${path}: ${error.message}`, { ...error.facts, path })
  }
}

function failure(code: 'not-consistent' | 'not-found', message: string, path: string): Refusal {
  return new Refusal(code, `${path}: ${message}`, { path })
}

function missing(path: string): Refusal {
  return failure('not-found', 'the log does not serve it', path)
}
