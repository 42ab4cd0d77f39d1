import { EMPTY_EDGE, appendLeaves, edgeRoot } from './tile-edge.ts'
import type { Sha256 } from './merkle.ts'
import { inclusionProof } from './tree.ts'
import { tilePath, type Tile } from './tiles.ts'

/** An RFC 6962 tree that is held as a whole. */
export interface WholeTree {
  readonly root: Uint8Array
  /** Inclusion proof of a leaf. @throws {Refusal} not-included: no such leaf */
  readonly pathOf: (index: number) => Promise<readonly Uint8Array[]>
}

/** @param leaves leaf hashes of 32 bytes; some 33 bytes of memory for each */
export function wholeTree(leaves: readonly Uint8Array[], sha256?: Sha256): WholeTree {
  const { edge, tiles } = appendLeaves(EMPTY_EDGE, leaves, sha256)
  const bytes = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
  const readTile = (tile: Tile) => Promise.resolve(bytes.get(tilePath(tile)) ?? new Uint8Array())
  return {
    root: edgeRoot(edge),
    pathOf: (index) => inclusionProof(index, leaves.length, readTile),
  }
}
