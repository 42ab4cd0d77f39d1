import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import { fromHex, toHex } from '../core/bytes.ts'
import { CompactRange } from './compact-range.ts'
import {
  EMPTY_ROOT,
  inclusionProofLength,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot, readEdge, type ReadTile } from './tile-edge.ts'
import { tilePath } from './tiles.ts'
import { consistencyProof, inclusionProof } from './tree.ts'

const sha256 = (bytes: Uint8Array) => Uint8Array.from(createHash('sha256').update(bytes).digest())
const MOST = 600
const leaves = Array.from({ length: MOST }, (_, i) => leafHash(Uint8Array.of(i >> 8, i & 255)))

/** RFC 6962 §2.1 to the letter, as the oracle. */
function mth(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256(new Uint8Array())
  if (hashes.length === 1) return hashes[0]!
  let k = 1
  while (k * 2 < hashes.length) k *= 2
  return nodeHash(mth(hashes.slice(0, k)), mth(hashes.slice(k)))
}

function treeOf(size: number): { root: Uint8Array; read: ReadTile } {
  const { edge, tiles } = appendLeaves(EMPTY_EDGE, leaves.slice(0, size))
  const store = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
  const read: ReadTile = async (tile) => {
    const bytes = store.get(tilePath(tile))
    if (bytes === undefined) throw new Error(`a tree of ${size} has no ${tilePath(tile)}`)
    return bytes
  }
  return { root: edgeRoot(edge), read }
}

const flipped = (bytes: Uint8Array, bit: number) =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))

describe('RFC 6962 tree hashes', () => {
  it('gives the published roots of the certificate transparency test entries', () => {
    // transparency-dev/merkle testonly: roots of the trees of 1, 2 and 3 of these entries
    const entries = ['', '00', '10'].map((hex) => leafHash(fromHex(hex)))
    const roots = [1, 2, 3].map((size) => toHex(mth(entries.slice(0, size))))
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    ])
  })

  it('is SHA-256 of nothing for the empty tree', () => {
    expect(EMPTY_ROOT).toEqual(sha256(new Uint8Array()))
    expect(edgeRoot(EMPTY_EDGE)).toEqual(EMPTY_ROOT)
    expect(new CompactRange().root()).toEqual(EMPTY_ROOT)
  })

  it('comes out the same from the definition, a compact range and tiles, at every size', () => {
    const range = new CompactRange(sha256)
    let edge = EMPTY_EDGE
    for (const [i, leaf] of leaves.entries()) {
      range.append(leaf)
      edge = appendLeaves(edge, [leaf]).edge
      if (i % 7 > 0 && (i & (i + 1)) > 0) continue
      const root = mth(leaves.slice(0, i + 1))
      expect(range.root()).toEqual(root)
      expect(edgeRoot(edge)).toEqual(root)
    }
  })

  it('survives storing and restoring a compact range', () => {
    for (const size of [0, 1, 2, 3, 255, 256, 257, MOST]) {
      const range = new CompactRange()
      for (const leaf of leaves.slice(0, size)) range.append(leaf)
      const again = CompactRange.restore(range.serialise())
      expect(again.size).toBe(size)
      expect(again.root()).toEqual(range.root())
      again.append(leaves[0]!)
      expect(range.size).toBe(size)
    }
    const stored = CompactRange.restore(new Uint8Array(8)).serialise()
    expect(codeOf(() => CompactRange.restore(flipped(stored, 56)))).toBe('malformed')
    expect(codeOf(() => CompactRange.restore(new Uint8Array(7)))).toBe('malformed')
    expect(codeOf(() => CompactRange.restore(new Uint8Array(40).fill(255)))).toBe('malformed')
  })

  it('copies a compact range so that the copy grows alone', () => {
    const range = new CompactRange()
    range.append(leaves[0]!)
    const copy = range.copy()
    copy.append(leaves[1]!)
    expect([range.size, copy.size]).toEqual([1, 2])
    expect(range.root()).toEqual(leaves[0])
  })
})

describe('RFC 9162 §2.1.3 inclusion', () => {
  it('proves every leaf of all small trees and some of larger ones', async () => {
    for (const size of [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33, 255, 256, 257, 511, 513, MOST]) {
      const { root, read } = treeOf(size)
      for (let index = 0; index < size; index += size < 40 ? 1 : 37) {
        const proof = await inclusionProof(index, size, read)
        expect(proof.length).toBe(inclusionProofLength(index, size))
        verifyInclusion({ index, size, leaf: leaves[index]!, proof, root })
      }
    }
  })

  it('refuses any other leaf, index, path or root', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: MOST }),
        fc.nat(),
        fc.nat(),
        fc.nat({ max: 255 }),
        async (size, seed, pick, bit) => {
          const index = seed % size
          const { root, read } = treeOf(size)
          const proof = await inclusionProof(index, size, read)
          const claim = { index, size, leaf: leaves[index]!, proof, root }
          const at = pick % proof.length
          const bent = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash))
          const codes = [
            codeOf(() => verifyInclusion({ ...claim, proof: bent })),
            codeOf(() => verifyInclusion({ ...claim, leaf: flipped(claim.leaf, bit) })),
            codeOf(() => verifyInclusion({ ...claim, root: flipped(root, bit) })),
          ]
          expect(codes).toEqual(['not-included', 'not-included', 'not-included'])
          const other = (index + 1 + (pick % (size - 1))) % size
          expect(codeOf(() => verifyInclusion({ ...claim, index: other }))).toMatch(
            /not-included|proof-malformed/,
          )
          const longer = { ...claim, proof: [...proof, root] }
          const shorter = { ...claim, proof: proof.slice(1) }
          expect(codeOf(() => verifyInclusion(longer))).toBe('proof-malformed')
          expect(codeOf(() => verifyInclusion(shorter))).toBe('proof-malformed')
        },
      ),
      { numRuns: 40 },
    )
  })

  it('refuses an empty leaf beside an empty root, and indexes outside', () => {
    const none = new Uint8Array()
    const claim = { index: 0, size: 1, leaf: leaves[0]!, proof: [], root: leaves[0]! }
    verifyInclusion(claim)
    for (const bad of [
      { ...claim, leaf: none, root: none },
      { ...claim, index: 1 },
      { ...claim, index: -1 },
      { ...claim, index: 0.5 },
      { ...claim, size: 2 ** 53 },
      { ...claim, size: 0 },
    ])
      expect(codeOf(() => verifyInclusion(bad))).toBe('proof-malformed')
  })

  it('ends on the largest tree there can be', () => {
    const size = Number.MAX_SAFE_INTEGER
    const claim = { index: size - 1, size, leaf: leaves[0]!, root: leaves[1]! }
    const proof = Array<Uint8Array>(inclusionProofLength(size - 1, size)).fill(leaves[2]!)
    expect(codeOf(() => verifyInclusion({ ...claim, proof }))).toBe('not-included')
    expect(codeOf(() => verifyInclusion({ ...claim, proof: [] }))).toBe('proof-malformed')
  })
})

describe('RFC 9162 §2.1.4 consistency', () => {
  it('proves all pairs of small sizes', async () => {
    for (let newSize = 1; newSize <= 40; newSize++) {
      const { root: newRoot, read } = treeOf(newSize)
      for (let oldSize = 0; oldSize <= newSize; oldSize++) {
        const proof = await consistencyProof(oldSize, newSize, read)
        const oldRoot = mth(leaves.slice(0, oldSize))
        verifyConsistency({ oldSize, newSize, oldRoot, newRoot, proof })
      }
    }
  })

  it('proves any pair, and nothing that was bent', async () => {
    const pair = fc.tuple(fc.integer({ min: 1, max: MOST }), fc.integer({ min: 1, max: MOST }))
    await fc.assert(
      fc.asyncProperty(pair, fc.nat(), fc.nat({ max: 255 }), async (sizes, pick, bit) => {
        const oldSize = Math.min(...sizes)
        const newSize = Math.max(...sizes)
        const { root: newRoot, read } = treeOf(newSize)
        const oldRoot = treeOf(oldSize).root
        const proof = await consistencyProof(oldSize, newSize, read)
        const claim = { oldSize, newSize, oldRoot, newRoot, proof }
        verifyConsistency(claim)
        const badOld = { ...claim, oldRoot: flipped(oldRoot, bit) }
        const badNew = { ...claim, newRoot: flipped(newRoot, bit) }
        expect(codeOf(() => verifyConsistency(badOld))).toBe('not-consistent')
        expect(codeOf(() => verifyConsistency(badNew))).toBe('not-consistent')
        const longer = { ...claim, proof: [...proof, oldRoot] }
        expect(codeOf(() => verifyConsistency(longer))).toBe('proof-malformed')
        if (proof.length === 0) return
        const at = pick % proof.length
        const bent = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash))
        expect(codeOf(() => verifyConsistency({ ...claim, proof: bent }))).toBe('not-consistent')
      }),
      { numRuns: 60 },
    )
  })

  it('takes only the empty proof from size 0 and between equal sizes', () => {
    const [a, b] = [leaves[0]!, leaves[1]!]
    const zero = { oldSize: 0, newSize: 1, oldRoot: EMPTY_ROOT, newRoot: a, proof: [] }
    verifyConsistency(zero)
    expect(codeOf(() => verifyConsistency({ ...zero, proof: [a] }))).toBe('proof-malformed')
    expect(codeOf(() => verifyConsistency({ ...zero, oldRoot: a }))).toBe('not-consistent')
    const same = { oldSize: 1, newSize: 1, oldRoot: a, newRoot: a, proof: [] }
    verifyConsistency(same)
    expect(codeOf(() => verifyConsistency({ ...same, proof: [a] }))).toBe('proof-malformed')
    expect(codeOf(() => verifyConsistency({ ...same, newRoot: b }))).toBe('not-consistent')
    expect(codeOf(() => verifyConsistency({ ...same, oldSize: 2 }))).toBe('proof-malformed')
  })
})

describe('reading trees from tiles', () => {
  it('refuses a tile of the wrong length and proofs outside the tree', async () => {
    const short: ReadTile = async () => new Uint8Array(31)
    await expect(inclusionProof(0, 2, short)).rejects.toMatchObject({ code: 'tile-malformed' })
    await expect(readEdge(2, short)).rejects.toMatchObject({
      code: 'tile-malformed',
      facts: { path: 'tile/0/000.p/2' },
    })
    await expect(inclusionProof(2, 2, short)).rejects.toMatchObject({ code: 'proof-malformed' })
    await expect(consistencyProof(3, 2, short)).rejects.toMatchObject({ code: 'proof-malformed' })
  })
})
