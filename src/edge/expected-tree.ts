import { sha256Fast } from '../host/index.ts'
import { OutlineRoots, TILE_WIDTH, type TreeOutline } from '../log/index.ts'
import type { Kept } from './seen-checkpoints.ts'

/** A tree that has its quorum while its leaves are still on their way: each chunk of 256 is proved as it comes. */
export class ExpectedTree {
  readonly kept: Kept
  readonly isGuarded: boolean
  readonly #root: Uint8Array
  readonly #roots: OutlineRoots

  /** @param outline of just this root */
  constructor(
    kept: Kept,
    tree: { readonly root: Uint8Array; readonly isGuarded: boolean },
    outline: TreeOutline,
  ) {
    this.kept = kept
    this.isGuarded = tree.isGuarded
    this.#root = tree.root
    this.#roots = new OutlineRoots(outline, sha256Fast)
  }

  get size(): number {
    return this.kept.size
  }

  /** Size of the tree that ends with the chunk in which leaf `next` stands. */
  endAfter(next: number): number {
    return Math.min((Math.floor(next / TILE_WIDTH) + 1) * TILE_WIDTH, this.size)
  }

  /** @param end from `endAfter`, never smaller than asked for before */
  rootAt(end: number): Uint8Array {
    return end === this.size ? this.#root : this.#roots.rootAt(end / TILE_WIDTH)
  }
}
