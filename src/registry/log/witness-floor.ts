import { Refusal, equal } from '../../core/index.ts'
import { sha256Fast, type NoteSigner } from '../../host/index.ts'
import {
  consistencyProof,
  verifyConsistency,
  wouldBeQuorum,
  type Checkpoint,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Cosigners } from './cosigners.ts'
import type { LogState } from './state.ts'
import type { TileStore } from './tile-store.ts'

export interface FloorDeps {
  readonly cosigners: Cosigners
  readonly log: NoteSigner
  readonly trust: Trust
  readonly store: TileStore
}

/**
 * Witnesses remember what our disk may have forgotten. @throws {Refusal} witness-floor: one has seen
 * more, or another log · unavailable: too few answered to know
 */
export async function checkWitnessFloor(deps: FloorDeps, state: LogState | null): Promise<void> {
  const { cosigners, log, trust, store } = deps
  const floors = await cosigners.floors(log.key)
  const size = state?.checkpoint.size ?? 0
  for (const [name, seen] of floors)
    if (seen !== null && !(await continues(seen, state, store)))
      throw new Refusal(
        'witness-floor',
        `${name} has seen a log of ${seen.size} entries that ours, of ${size}, does not continue`,
      )
  if (!wouldBeQuorum(trust.plain, floors.keys()))
    throw new Refusal('unavailable', 'too few witnesses answer to know whether the log may go on')
}

async function continues(
  seen: Checkpoint,
  state: LogState | null,
  store: TileStore,
): Promise<boolean> {
  if (state === null) return seen.size === 0
  const { size, root } = state.checkpoint
  if (seen.size >= size) return seen.size === size && equal(seen.root, root)
  const proof = await consistencyProof(seen.size, size, (tile) => store.readTile(tile))
  try {
    const claim = { oldSize: seen.size, oldRoot: seen.root, newSize: size, newRoot: root, proof }
    verifyConsistency(claim, sha256Fast)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
