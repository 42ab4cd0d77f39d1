import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { concat } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import { CompactRange } from './compact-range.ts'
import { HASH_SIZE, perfectRoot, type Sha256 } from './merkle.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot, type ReadTile } from './tile-edge.ts'
import { TILE_WIDTH, checkTileBytes, hashesAtLevel, tileWidth, type Tile } from './tiles.ts'

/**
 * A tree told in 1/8192 of its leaves' hashes: enough to prove its leaves chunk after chunk while they
 * arrive, instead of all at once when the last has come.
 */
export interface TreeOutline {
  readonly size: number
  /** Root of every full chunk of 256 leaves, concatenated: level 1 of the tiles. */
  readonly chunks: Uint8Array
  /** Leaf hashes behind the last full chunk, concatenated. */
  readonly tail: Uint8Array
}

/** RFC 6962 root of the tree. @throws {Refusal} malformed: hashes that do not belong to the size */
export function outlineRoot(outline: TreeOutline, sha256: Sha256 = nobleSha256): Uint8Array {
  const { size, chunks, tail } = outline
  const isWhole =
    chunks.length === hashesAtLevel(size, 1) * HASH_SIZE &&
    tail.length === (size % TILE_WIDTH) * HASH_SIZE
  demand(isWhole, 'malformed', 'an outline of another size')
  const { edge } = appendLeaves(EMPTY_EDGE, hashesOf(chunks), sha256)
  return edgeRoot({ size, levels: [tail, ...edge.levels] }, sha256)
}

/**
 * Reads the outline of a tree of `size` from its tiles. Compare `outlineRoot` with the checkpoint before
 * believing it. @throws {Refusal} tile-malformed
 */
export async function readOutline(size: number, readTile: ReadTile): Promise<TreeOutline> {
  const read = async (tile: Tile) => {
    const bytes = await readTile(tile)
    checkTileBytes(tile, bytes)
    return bytes
  }
  const chunks = new Uint8Array(hashesAtLevel(size, 1) * HASH_SIZE)
  for (let index = 0; ; index++) {
    const width = tileWidth(size, 1, index)
    if (width === 0) break
    chunks.set(await read({ level: 1, index, width }), index * TILE_WIDTH * HASH_SIZE)
  }
  const last = { level: 0, index: hashesAtLevel(size, 1), width: size % TILE_WIDTH }
  return { size, chunks, tail: last.width === 0 ? new Uint8Array() : await read(last) }
}

/** An outline that grows leaf by leaf, by whoever has all leaves. */
export class GrowingOutline {
  readonly #sha256: Sha256
  readonly #chunks: Uint8Array[] = []
  #tail: Uint8Array[] = []

  constructor(sha256: Sha256 = nobleSha256) {
    this.#sha256 = sha256
  }

  append(leaf: Uint8Array): void {
    demand(leaf.length === HASH_SIZE, 'malformed', 'a leaf hash has 32 bytes')
    this.#tail.push(leaf)
    if (this.#tail.length < TILE_WIDTH) return
    this.#chunks.push(perfectRoot(concat(...this.#tail), this.#sha256))
    this.#tail = []
  }

  /** As it is now. */
  outline(): TreeOutline {
    const chunks = new Uint8Array(this.#chunks.length * HASH_SIZE)
    this.#chunks.forEach((root, i) => chunks.set(root, i * HASH_SIZE))
    const tail = concat(...this.#tail)
    return { size: this.#chunks.length * TILE_WIDTH + this.#tail.length, chunks, tail }
  }
}

/** The roots of ever larger trees on the way to the one that is outlined. */
export class OutlineRoots {
  readonly #outline: TreeOutline
  readonly #range: CompactRange

  constructor(outline: TreeOutline, sha256: Sha256 = nobleSha256) {
    this.#outline = outline
    this.#range = new CompactRange(sha256)
  }

  /**
   * Root of the tree of the first `chunks` chunks of 256 leaves.
   * @param chunks not smaller than asked for before, nor more than there are
   */
  rootAt(chunks: number): Uint8Array {
    const { chunks: roots } = this.#outline
    while (this.#range.size < chunks) this.#range.append(hashAt(roots, this.#range.size))
    return this.#range.root()
  }
}

function hashAt(hashes: Uint8Array, index: number): Uint8Array {
  return hashes.slice(index * HASH_SIZE, (index + 1) * HASH_SIZE)
}

function hashesOf(hashes: Uint8Array): Uint8Array[] {
  return Array.from({ length: hashes.length / HASH_SIZE }, (_, i) => hashAt(hashes, i))
}
