import { Refusal, equal } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import {
  consistencyProof,
  verifyConsistency,
  type Checkpoint,
  type ReadTile,
} from '../../log/index.ts'

/** Whether the tree of `now`, as its tiles give it, begins with that of `seen`; null is the empty one. */
export async function continues(
  seen: Checkpoint,
  now: Checkpoint | null,
  readTile: ReadTile,
): Promise<boolean> {
  if (now === null) return seen.size === 0
  const { size, root } = now
  if (seen.size >= size) return seen.size === size && equal(seen.root, root)
  const proof = await consistencyProof(seen.size, size, readTile)
  try {
    const claim = { oldSize: seen.size, oldRoot: seen.root, newSize: size, newRoot: root, proof }
    verifyConsistency(claim, sha256Fast)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
