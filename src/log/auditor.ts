import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { equal } from '../core/bytes.ts'
import { Refusal } from '../core/refusal.ts'
import {
  checkNoSplitView,
  openCheckpoint,
  openForeignCheckpoint,
  type VerifiedCheckpoint,
} from './checkpoint.ts'
import { MAX_FOREIGN_ENTRY_BYTES, bundleTile, decodeBundle } from './entry-bundle.ts'
import { HASH_SIZE, leafHash, type Sha256 } from './merkle.ts'
import type { NoteKey, VerifyEd25519 } from './note-key.ts'
import type { Policy } from './policy.ts'
import { checkQuorum, logKeys, type Quorum } from './quorum.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot, type ReadTile, type TileEdge } from './tile-edge.ts'
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
  /** Somebody else's log: its checkpoints are read as C2SP allows them, not as we write them. */
  readonly foreign?: { readonly origin: string; readonly keys: readonly NoteKey[] }
  /** What this log has shown before and must continue, each validly signed by it. */
  readonly earlier?: readonly VerifiedCheckpoint[]
  /** Told the head once the log's own line has verified, before anything else is judged. */
  readonly head?: (checkpoint: VerifiedCheckpoint) => void | Promise<void>
  /**
   * Partial tiles found where the log lies, however old: each has to be the beginning of what took its
   * place. A URL cannot be asked which it still serves.
   */
  readonly partials?: readonly Tile[]
  /** Told each bundle once its entries gave their leaves; that the root holds them is not shown yet. */
  readonly entries?: (bundle: HashedBundle) => void | Promise<void>
  /** Called after every entry bundle with the leaves verified and the tree's size. */
  readonly progress?: (leaves: number, size: number) => void
}

/** Entries of one bundle, in a tree recomputed from the first leaf on. */
export interface HashedBundle {
  /** Index of the first entry. */
  readonly first: number
  readonly entries: readonly Uint8Array[]
  /** Root of the tree that ends after `count` of these entries. */
  readonly rootAfter: (count: number) => Uint8Array
}

/** What a clean audit has shown. */
export interface Audited {
  readonly checkpoint: VerifiedCheckpoint
  readonly quorum: Quorum
  /** False: a foreign log serves no entries, so its hashes were verified and nothing else. */
  readonly hasEntries: boolean
}

/**
 * Recomputes a whole log from its entries alone: the log's line and the quorum, every entry against
 * its level-0 tile, every upper tile, the root, and the roots it has shown before. Holds one bundle
 * and the right edge in memory. Stops at the first bad thing and names it in the refusal's facts:
 * `leaf`, `path`, `line` or `size`.
 * @throws {Refusal} not-found: a missing resource; tile-malformed, too-large: its shape;
 * not-included: an entry that is not its leaf; not-consistent: a tile or root that does not follow;
 * tree-went-back, split-view: it denies what it has shown before; and those of `openCheckpoint` and
 * `checkQuorum`
 */
export async function auditLog(audit: Audit): Promise<Audited> {
  const sha256 = audit.sha256 ?? nobleSha256
  const { earlier = [] } = audit
  const checkpoint = await readHead(audit)
  await audit.head?.(checkpoint)
  for (const seen of earlier) checkNotBefore(seen, checkpoint)
  const quorum = naming(CHECKPOINT_PATH, () => checkQuorum(checkpoint, audit.policy, audit.verify))
  const hasEntries = await servesEntries(audit, checkpoint.size)
  let edge = EMPTY_EDGE
  for (const bundle of changedBundles(0, checkpoint.size)) {
    const { entries, leaves } = await readBundle(audit, bundle, { sha256, hasEntries })
    const before = edge
    const rootAfter = (count: number) => rootOf(before, leaves.slice(0, count), sha256)
    for (const seen of earlier)
      if (seen.size > edge.size && seen.size <= edge.size + leaves.length)
        checkContinues(seen, rootAfter(seen.size - edge.size))
    const appended = appendLeaves(edge, leaves, sha256)
    // Partial upper tiles still grow: only what is full is final.
    for (const tile of appended.tiles)
      if (tile.level > 0 && tile.width === TILE_WIDTH) await verifyTile(audit, tile)
    await audit.entries?.({ first: edge.size, entries, rootAfter })
    edge = appended.edge
    audit.progress?.(edge.size, checkpoint.size)
  }
  for (const tile of upperPartialTiles(edge.levels, edge.size)) await verifyTile(audit, tile)
  if (!equal(edgeRoot(edge, sha256), checkpoint.root))
    throw failure('not-consistent', 'the signed root is not that of the entries', CHECKPOINT_PATH)
  for (const tile of audit.partials ?? []) await checkSuperseded(audit, tile, checkpoint.size)
  return { checkpoint, quorum, hasEntries }
}

async function readHead(audit: Audit): Promise<VerifiedCheckpoint> {
  const { read, policy, verify, foreign } = audit
  const bytes = await read(CHECKPOINT_PATH)
  if (bytes === null) throw missing(CHECKPOINT_PATH)
  return naming(CHECKPOINT_PATH, () =>
    foreign
      ? openForeignCheckpoint(bytes, foreign, verify)
      : openCheckpoint(bytes, logKeys(policy), verify),
  )
}

function checkNotBefore(seen: VerifiedCheckpoint, head: VerifiedCheckpoint): void {
  if (head.size < seen.size) {
    const message = `a tree of ${head.size} leaves, after one of ${seen.size}`
    throw new Refusal('tree-went-back', message, { size: seen.size, path: CHECKPOINT_PATH })
  }
  checkNoSplitView(seen, head)
}

function checkContinues(seen: VerifiedCheckpoint, root: Uint8Array): void {
  if (equal(root, seen.root)) return
  const message = `the first ${seen.size} leaves are not those it has signed for before`
  throw new Refusal('not-consistent', message, { size: seen.size })
}

/** Ours must serve them. Of other logs some publish hashes only (entries elsewhere, or in no C2SP form). */
async function servesEntries(audit: Audit, size: number): Promise<boolean> {
  if (!audit.foreign) return true
  const [first] = changedBundles(0, size)
  return first === undefined || (await findTile(audit, first)) !== null
}

interface Reading {
  readonly sha256: Sha256
  readonly hasEntries: boolean
}

/** The entries of a bundle with their leaf hashes, each compared with the level-0 tile. */
async function readBundle(audit: Audit, bundle: Tile, { sha256, hasEntries }: Reading) {
  const [entries, tile] = await Promise.all([
    hasEntries ? readEntries(audit, bundle) : [],
    readHashes(audit, { ...bundle, level: 0 }),
  ])
  const served = Array.from({ length: bundle.width }, (_, i) =>
    tile.slice(i * HASH_SIZE, (i + 1) * HASH_SIZE),
  )
  for (const [i, entry] of entries.entries()) {
    if (equal(leafHash(entry, sha256), served[i]!)) continue
    const index = bundle.index * TILE_WIDTH + i
    const message = `entry ${index} does not hash to its leaf`
    throw new Refusal('not-included', message, { leaf: index, path: tilePath(bundle) })
  }
  return { entries, leaves: served }
}

function rootOf(edge: TileEdge, leaves: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  return edgeRoot(appendLeaves(edge, leaves, sha256).edge, sha256)
}

async function verifyTile(audit: Audit, expected: HashTile): Promise<void> {
  const found = await readHashes(audit, expected)
  if (!equal(found, expected.bytes))
    throw failure('not-consistent', 'tile does not follow from the entries', tilePath(expected))
}

/** Proofs made before the newer tile was there rest on the older one. */
async function checkSuperseded(audit: Audit, tile: Tile, size: number): Promise<void> {
  const level = tile.level === 'entries' ? 0 : tile.level
  const there = Math.floor(size / TILE_WIDTH ** level) - tile.index * TILE_WIDTH
  const width = Math.min(TILE_WIDTH, there)
  // What the checkpoint does not cover yet was written ahead of it, and is not published.
  if (tile.width >= width) return
  const old = await audit.read(tilePath(tile))
  if (old === null) return
  const { bytes } = await readTile(audit, { ...tile, width })
  naming(tilePath(tile), () => {
    if (tile.level === 'entries') decodeBundle(old, tile.width, MAX_FOREIGN_ENTRY_BYTES)
    else checkTileBytes({ ...tile, level: tile.level }, old)
  })
  if (!equal(old, bytes.subarray(0, old.length)))
    throw failure('not-consistent', 'the newer tile does not begin with it', tilePath(tile))
}

function upperPartialTiles(levels: readonly Uint8Array[], size: number): HashTile[] {
  return levels.flatMap((bytes, level) => {
    const index = Math.floor(size / TILE_WIDTH ** (level + 1))
    const width = bytes.length / HASH_SIZE
    return level > 0 && width > 0 ? [{ level, index, width, bytes }] : []
  })
}

/** C2SP's bound, not ours: an entry too large for us is for the law to refuse, and for others no fault. */
async function readEntries(audit: Audit, tile: Tile): Promise<Uint8Array[]> {
  const { path, width, bytes } = await readTile(audit, bundleTile(tile))
  return naming(path, () =>
    decodeBundle(bytes, width, MAX_FOREIGN_ENTRY_BYTES).slice(0, tile.width),
  )
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

async function readTile(audit: Pick<Audit, 'read'>, tile: Tile) {
  const found = await findTile(audit, tile)
  if (found === null) throw missing(tilePath(tile))
  return found
}

/** C2SP tlog-tiles, "Partial Tiles": one may be gone once the full tile is there. */
async function findTile({ read }: Pick<Audit, 'read'>, tile: Tile) {
  for (const width of new Set([tile.width, TILE_WIDTH])) {
    const path = tilePath({ ...tile, width })
    const bytes = await read(path)
    if (bytes !== null) return { path, width, bytes }
  }
  return null
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
