import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { concat, u64 } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import { EMPTY_ROOT, HASH_SIZE, nodeHash, type Sha256 } from './merkle.ts'

/**
 * The least one must keep to follow a log from its first leaf: the roots of the perfect subtrees on
 * the right edge, one per set bit of the size, largest first. Every leaf applied, the root follows.
 */
export class CompactRange {
  readonly #sha256: Sha256
  #size = 0
  #peaks: Uint8Array[] = []

  constructor(sha256: Sha256 = nobleSha256) {
    this.#sha256 = sha256
  }

  /** Leaves applied so far. */
  get size(): number {
    return this.#size
  }

  append(leaf: Uint8Array): void {
    demand(leaf.length === HASH_SIZE, 'malformed', 'a leaf hash has 32 bytes')
    let hash = leaf
    for (let n = this.#size; n % 2 === 1; n = (n - 1) / 2)
      hash = nodeHash(this.#peaks.pop()!, hash, this.#sha256)
    this.#peaks.push(hash)
    this.#size++
  }

  /** RFC 6962 root of all leaves applied. */
  root(): Uint8Array {
    if (this.#size === 0) return EMPTY_ROOT
    return this.#peaks.reduceRight((right, left) => nodeHash(left, right, this.#sha256))
  }

  /** An independent copy, to try leaves on before believing them. */
  copy(): CompactRange {
    const copy = new CompactRange(this.#sha256)
    copy.#size = this.#size
    copy.#peaks = [...this.#peaks]
    return copy
  }

  /** `u64 size ‖ peaks`, for a disk of one's own. */
  serialise(): Uint8Array {
    return concat(u64(this.#size), ...this.#peaks)
  }

  /** @throws {Refusal} malformed: a length that does not belong to the size */
  static restore(bytes: Uint8Array, sha256: Sha256 = nobleSha256): CompactRange {
    demand(bytes.length >= 8, 'malformed', 'compact range is cut short')
    const size = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
    demand(size <= BigInt(Number.MAX_SAFE_INTEGER), 'malformed', 'size beyond 2^53-1')
    const range = new CompactRange(sha256)
    range.#size = Number(size)
    for (let at = 8; at < bytes.length; at += HASH_SIZE)
      range.#peaks.push(bytes.slice(at, at + HASH_SIZE))
    const peaks = size.toString(2).replaceAll('0', '').length
    const expected = 8 + peaks * HASH_SIZE
    demand(bytes.length === expected, 'malformed', `expected ${expected} bytes for this size`)
    return range
  }
}
