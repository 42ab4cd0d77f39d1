import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../../src/core/refusal.ts'
import { HASH_SIZE, verifyConsistency, verifyInclusion } from '../../src/log/index.ts'
import { codeOf } from './outcome.ts'

/** How a set of vectors went; `failed` names file and reason. */
export interface VectorResult {
  readonly passed: number
  readonly failed: string[]
}

type Json = Readonly<Record<string, unknown>>

/**
 * The RFC 6962 proofs of transparency-dev/merkle: `<folder>/{inclusion,consistency}/**\/*.json`,
 * each with `wantErr`. Accepting must agree with `wantErr`, and every no must be a refusal.
 */
export async function runMerkleVectors(folder: string): Promise<VectorResult> {
  const result = { passed: 0, failed: [] as string[] }
  for (const [kind, check] of [
    ['inclusion', checkInclusion],
    ['consistency', checkConsistency],
  ] as const) {
    const names = await readdir(join(folder, kind), { recursive: true })
    for (const name of names.filter((file) => file.endsWith('.json')).toSorted()) {
      const reason = disagreement(await readFile(join(folder, kind, name), 'utf8'), check)
      if (reason === null) result.passed++
      else result.failed.push(`${kind}/${name}: ${reason}`)
    }
  }
  return result
}

function disagreement(text: string, check: (vector: Json) => void): string | null {
  let vector: Json
  try {
    vector = parseExact(text)
  } catch {
    return 'not JSON'
  }
  // The file "sizes are equal (one)" wants roots of 12 bytes accepted, which no SHA-256 tree has.
  // Refusing them is the rule here: an empty root equals an empty leaf hash.
  const wanted = vector['wantErr'] === true || !hasHashesOnly(vector) ? 'refused' : 'accepted'
  const found = outcome(() => check(vector))
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

/**
 * JSON.parse alone would round 18446744073709551615, which wraps to a valid index: integers are
 * quoted first, so that they arrive as text.
 */
function parseExact(text: string): Json {
  return JSON.parse(text.replace(/("(?:leafIdx|treeSize|size1|size2)"\s*:\s*)(-?\d+)/g, '$1"$2"'))
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
