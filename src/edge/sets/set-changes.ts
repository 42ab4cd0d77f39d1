import { groupKeys, keyOf, type TacGroups } from '../../core/sets/tac-group.ts'
import type { Arena } from './arena.ts'
import type { Overlay } from './overlay.ts'

interface SetChanges {
  readonly adds: TacGroups
  readonly removes: TacGroups
}

/**
 * What the overlays, newest first, make of the base: where two speak of one number the newer has the
 * last word, and what says nothing new falls away.
 */
export function changesTo(base: Arena, overlays: readonly Overlay[]): SetChanges {
  const most = overlays.reduce((sum, { size }) => sum + size, 0)
  const [adds, removes] = [new Float64Array(most), new Float64Array(most)]
  let [addCount, removeCount] = [0, 0]
  for (const [i, overlay] of overlays.entries()) {
    const newer = overlays.slice(0, i)
    for (const { tac, snr, isIn } of overlay) {
      if (base.has(tac, snr) === isIn) continue
      if (newer.some((one) => one.get(tac, snr) !== undefined)) continue
      if (isIn) adds[addCount++] = keyOf(tac, snr)
      else removes[removeCount++] = keyOf(tac, snr)
    }
  }
  return {
    adds: groupKeys(adds.subarray(0, addCount)),
    removes: groupKeys(removes.subarray(0, removeCount)),
  }
}
