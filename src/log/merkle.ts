import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { concat, equal } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'

/** SHA-256. Pure rooms use noble's; a server passes node:crypto's, twice as fast. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** The root of the tree without leaves: SHA-256(""). */
export const EMPTY_ROOT: Uint8Array = nobleSha256(new Uint8Array())

/** Bytes of a hash. */
export const HASH_SIZE = 32

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** RFC 6962 §2.1: SHA-256(00 ‖ entry). */
export function leafHash(entry: Uint8Array, sha256: Sha256 = nobleSha256): Uint8Array {
  return sha256(concat(LEAF, entry))
}

/** RFC 6962 §2.1: SHA-256(01 ‖ left ‖ right). */
export function nodeHash(
  left: Uint8Array,
  right: Uint8Array,
  sha256: Sha256 = nobleSha256,
): Uint8Array {
  return sha256(concat(NODE, left, right))
}

/** The root over 2^k concatenated hashes, such as those of a full tile. */
export function perfectRoot(hashes: Uint8Array, sha256: Sha256 = nobleSha256): Uint8Array {
  if (hashes.length === HASH_SIZE) return hashes
  const half = hashes.length / 2
  const left = perfectRoot(hashes.subarray(0, half), sha256)
  return nodeHash(left, perfectRoot(hashes.subarray(half), sha256), sha256)
}

/** A claim that `leaf` stands at `index` in the tree of `size` leaves. */
export interface Inclusion {
  readonly index: number
  readonly size: number
  /** The leaf's hash, 32 bytes. */
  readonly leaf: Uint8Array
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/**
 * RFC 9162 §2.1.3.2. @throws {Refusal} proof-malformed: index outside the tree, a hash that is not
 * 32 bytes, a path of the wrong length; not-included: another root
 */
export function verifyInclusion(claim: Inclusion, sha256: Sha256 = nobleSha256): void {
  const { index, size, leaf, proof, root } = claim
  demand(isCount(index) && isCount(size), 'proof-malformed', 'index or size is no safe integer')
  demand(index < size, 'proof-malformed', `index ${index} is outside a tree of ${size}`)
  // Lengths first: an empty leaf hash equals an empty root.
  checkHashes([leaf, root, ...proof])
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    demand(last > 0, 'proof-malformed', 'proof is too long')
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash, sha256)
      // A right edge without sibling climbs until it is a right child.
      while (node % 2 === 0 && node > 0) {
        node = node / 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(hash, sibling, sha256)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  demand(last === 0, 'proof-malformed', 'proof is too short')
  demand(equal(hash, root), 'not-included', 'proof leads to another root')
}

/** The number of hashes in the inclusion proof of `index` in a tree of `size`. */
export function inclusionProofLength(index: number, size: number): number {
  let length = 0
  let node = index
  for (let last = size - 1; last > 0; last = Math.floor(last / 2)) {
    if (node % 2 === 1 || node !== last) length++
    node = Math.floor(node / 2)
  }
  return length
}

/** A claim that the tree of `newSize` continues the one of `oldSize`. */
export interface Consistency {
  readonly oldSize: number
  readonly newSize: number
  readonly oldRoot: Uint8Array
  readonly newRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/**
 * RFC 9162 §2.1.4.2. From size 0 and between equal sizes only the empty proof is right; size 0 has
 * one root. @throws {Refusal} proof-malformed: sizes or lengths; not-consistent: the hashes
 */
export function verifyConsistency(claim: Consistency, sha256: Sha256 = nobleSha256): void {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim
  demand(isCount(oldSize) && isCount(newSize), 'proof-malformed', 'size is no safe integer')
  demand(oldSize <= newSize, 'proof-malformed', `a tree cannot shrink, ${oldSize} to ${newSize}`)
  checkHashes([oldRoot, newRoot, ...proof])
  if (oldSize === 0) demand(equal(oldRoot, EMPTY_ROOT), 'not-consistent', 'size 0, not its root')
  if (oldSize === 0 || oldSize === newSize) {
    demand(proof.length === 0, 'proof-malformed', 'expected an empty proof')
    if (oldSize === newSize) demand(equal(oldRoot, newRoot), 'not-consistent', 'roots differ')
    return
  }
  let node = oldSize - 1
  let last = newSize - 1
  while (node % 2 === 1) {
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  // Step 2: where the old size is a power of two, its root is the first node and not sent.
  const path = node === 0 ? [oldRoot, ...proof] : proof
  const [first, ...siblings] = path
  demand(first !== undefined, 'proof-malformed', 'proof is too short')
  let oldHash = first
  let newHash = first
  for (const sibling of siblings) {
    demand(last > 0, 'proof-malformed', 'proof is too long')
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash, sha256)
      newHash = nodeHash(sibling, newHash, sha256)
      while (node % 2 === 0 && node > 0) {
        node = node / 2
        last = Math.floor(last / 2)
      }
    } else {
      newHash = nodeHash(newHash, sibling, sha256)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  demand(last === 0, 'proof-malformed', 'proof is too short')
  demand(equal(oldHash, oldRoot), 'not-consistent', 'proof leads to another old root')
  demand(equal(newHash, newRoot), 'not-consistent', 'proof leads to another new root')
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function checkHashes(hashes: readonly Uint8Array[]): void {
  const ok = hashes.every((hash) => hash.length === HASH_SIZE)
  demand(ok, 'proof-malformed', 'a hash is not 32 bytes')
}
