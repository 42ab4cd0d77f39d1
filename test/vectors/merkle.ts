import { Refusal } from '../../src/core/refusal.ts'
import { HASH_SIZE, verifyConsistency, verifyInclusion } from '../../src/log/index.ts'
import { codeOf } from './outcome.ts'
import type { Json, VectorFile, VectorKind } from './outside.ts'

/**
 * RFC 6962 proofs as transparency-dev/merkle has them, one to a file, each with `wantErr`. Accepting
 * must agree with `wantErr`, and every no must be a refusal.
 */
export const MERKLE: VectorKind = {
  name: 'merkle',
  holds: (json) => isInclusion(json) || isConsistency(json),
  judge,
}

const isInclusion = (json: Json) => 'leafIdx' in json && 'treeSize' in json
const isConsistency = (json: Json) => 'size1' in json && 'size2' in json

function judge({ json }: VectorFile): string | null {
  // The file "sizes are equal (one)" wants roots of 12 bytes accepted, which no SHA-256 tree has.
  // Refusing them is the rule here: an empty root equals an empty leaf hash.
  const wanted = json['wantErr'] === true || !hasHashesOnly(json) ? 'refused' : 'accepted'
  const found = outcome(() => (isInclusion(json) ? checkInclusion(json) : checkConsistency(json)))
  return found === wanted ? null : `expected ${wanted}, found ${found}`
}

function outcome(work: () => void): string {
  try {
    return codeOf(work) === 'accepted' ? 'accepted' : 'refused'
  } catch (error) {
    return `a crash: ${String(error)}`
  }
}

function checkInclusion(vector: Json): void {
  verifyInclusion({
    index: toCount(vector['leafIdx']),
    size: toCount(vector['treeSize']),
    leaf: toBytes(vector['leafHash']),
    root: toBytes(vector['root']),
    proof: proofOf(vector),
  })
}

function checkConsistency(vector: Json): void {
  verifyConsistency({
    oldSize: toCount(vector['size1']),
    newSize: toCount(vector['size2']),
    oldRoot: toBytes(vector['root1']),
    newRoot: toBytes(vector['root2']),
    proof: proofOf(vector),
  })
}

function toCount(value: unknown): number {
  const exact = BigInt(String(value))
  if (exact < 0n || exact > BigInt(Number.MAX_SAFE_INTEGER))
    throw new Refusal('proof-malformed', 'number beyond 2^53-1')
  return Number(exact)
}

const toBytes = (value: unknown) => Uint8Array.from(Buffer.from(String(value), 'base64'))

/** Go writes an empty list as null. */
function proofOf(vector: Json): Uint8Array[] {
  const proof = vector['proof']
  return Array.isArray(proof) ? proof.map(toBytes) : []
}

function hasHashesOnly(vector: Json): boolean {
  const roots = ['root', 'root1', 'root2', 'leafHash'].flatMap((name) => vector[name] ?? [])
  return roots.every((hash) => toBytes(hash).length === HASH_SIZE)
}
