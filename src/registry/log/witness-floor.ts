import { Refusal } from '../../core/index.ts'
import type { NoteSigner } from '../../host/index.ts'
import { wouldBeQuorum, type Tile } from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import { continues } from './continues.ts'
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
  const readTile = (tile: Tile) => store.readTile(tile)
  const floors = await cosigners.floors(log.key)
  const size = state?.checkpoint.size ?? 0
  for (const [name, seen] of floors)
    if (seen !== null && !(await continues(seen, state?.checkpoint ?? null, readTile)))
      throw new Refusal(
        'witness-floor',
        `${name} has seen a log of ${seen.size} entries that ours, of ${size}, does not continue`,
      )
  if (!wouldBeQuorum(trust.plain, floors.keys()))
    throw new Refusal('unavailable', 'too few witnesses answer to know whether the log may go on')
  cosigners.acquit()
}
