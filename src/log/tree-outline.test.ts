import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import { CompactRange } from './compact-range.ts'
import { leafHash } from './merkle.ts'
import { EMPTY_EDGE, appendLeaves } from './tile-edge.ts'
import { tilePath } from './tiles.ts'
import { GrowingOutline, OutlineRoots, outlineRoot, readOutline } from './tree-outline.ts'

const leaves = Array.from({ length: 1_100 }, (_, i) => leafHash(Uint8Array.of(i >> 8, i & 255)))

function grown(size: number) {
  const growing = new GrowingOutline()
  for (const leaf of leaves.slice(0, size)) growing.append(leaf)
  return growing.outline()
}

function rootOf(size: number): Uint8Array {
  const range = new CompactRange()
  for (const leaf of leaves.slice(0, size)) range.append(leaf)
  return range.root()
}

const sizes = fc.oneof(
  fc.constantFrom(0, 1, 255, 256, 257, 511, 512, 513, 1_024),
  fc.nat({ max: leaves.length }),
)

describe('the outline of a tree', () => {
  it('has the root of the tree, whoever made it: from its tiles or from its leaves', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const { tiles } = appendLeaves(EMPTY_EDGE, leaves.slice(0, size))
        const byPath = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
        const outline = await readOutline(size, (tile) =>
          Promise.resolve(byPath.get(tilePath(tile))!),
        )
        expect(outline).toEqual(grown(size))
        expect(outlineRoot(outline)).toEqual(rootOf(size))
      }),
      { numRuns: 50 },
    )
  })

  it('has another root when any of its hashes is another', () => {
    const outline = grown(700)
    for (const part of ['chunks', 'tail'] as const)
      for (let at = 0; at < outline[part].length; at += 17) {
        const altered = outline[part].slice()
        altered[at]! ^= 1
        expect(outlineRoot({ ...outline, [part]: altered })).not.toEqual(rootOf(700))
      }
  })

  it('is refused with more or fewer hashes than its size has', () => {
    const outline = grown(700)
    for (const size of [0, 444, 699, 701, 956, 2 ** 53 - 1])
      expect(codeOf(() => outlineRoot({ ...outline, size }))).toBe('malformed')
    expect(codeOf(() => outlineRoot({ ...outline, tail: outline.tail.slice(1) }))).toBe('malformed')
  })

  it('tells the root of every tree of whole chunks on the way', () => {
    const roots = new OutlineRoots(grown(1_100))
    expect([1, 1, 3, 4].map((chunks) => roots.rootAt(chunks))).toEqual(
      [256, 256, 768, 1_024].map(rootOf),
    )
  })

  it('is not read from a tile of another width', async () => {
    const read = readOutline(300, () => Promise.resolve(new Uint8Array(64)))
    await expect(read).rejects.toMatchObject({ code: 'tile-malformed' })
  })
})
