import { demand } from '../refusal.ts'
import type { Delta } from './delta.ts'
import type { Snapshot } from './snapshot.ts'
import { together } from './together.ts'
import { SNRS_OF_A_TAC, type TacGroup, type TacGroups } from './tac-group.ts'

/**
 * The list at the delta's end. What does not fit shows while its groups are gone through.
 * @throws {Refusal} list-delta-conflict: another list, another tree size than the delta begins at, a
 * number added that is there, or removed that is not
 */
export function applyDelta(base: Snapshot, delta: Delta): Snapshot {
  const { list, from, to, adds, removes } = delta
  demand(base.list === list, 'list-delta-conflict', 'a change of the other list')
  demand(base.treeSize === from, 'list-delta-conflict', 'a change that begins at another tree size')
  return { list, treeSize: to, groups: changedGroups(base.groups, adds, removes) }
}

/** The set `base` with these numbers more and fewer. @throws {Refusal} list-delta-conflict, in each pass */
export function changedGroups(base: TacGroups, adds: TacGroups, removes: TacGroups): TacGroups {
  return { [Symbol.iterator]: () => change(base, adds, removes) }
}

function* change(base: TacGroups, adds: TacGroups, removes: TacGroups): Generator<TacGroup> {
  const scratch = new Uint32Array(SNRS_OF_A_TAC)
  for (const { tac, snrs } of together(base, adds, removes)) {
    const [old, added, removed] = snrs
    if (added.length + removed.length === 0) {
      yield { tac, snrs: old }
      continue
    }
    const size = changeSnrs(old, { added, removed }, scratch)
    if (size > 0) yield { tac, snrs: scratch.subarray(0, size) }
  }
}

/** @returns how many SNRs `out` has now */
function changeSnrs(
  old: Uint32Array,
  { added, removed }: { readonly added: Uint32Array; readonly removed: Uint32Array },
  out: Uint32Array,
): number {
  let [size, add, remove] = [0, 0, 0]
  for (let i = 0; i < old.length; i++) {
    const snr = old[i]!
    while (add < added.length && added[add]! < snr) out[size++] = added[add++]!
    demand(added[add] !== snr, 'list-delta-conflict', 'a number to add is there already')
    if (removed[remove] === snr) remove++
    else out[size++] = snr
  }
  demand(remove === removed.length, 'list-delta-conflict', 'a number to remove is not there')
  while (add < added.length) out[size++] = added[add++]!
  return size
}

/** What leads from one list to a later one of the same kind. @throws {Refusal} list-delta-conflict */
export function deltaBetween(before: Snapshot, after: Snapshot): Delta {
  demand(before.list === after.list, 'list-delta-conflict', 'two different lists')
  const adds: TacGroup[] = []
  const removes: TacGroup[] = []
  for (const { tac, snrs } of together(before.groups, after.groups)) {
    const [old, now] = snrs
    const [added, removed] = [without(now, old), without(old, now)]
    if (added.length > 0) adds.push({ tac, snrs: added })
    if (removed.length > 0) removes.push({ tac, snrs: removed })
  }
  return { list: before.list, from: before.treeSize, to: after.treeSize, adds, removes }
}

/** What has to be added to `base`, and removed, so that it holds all of `listed` and none of `unlisted`. */
export function changesTowards(
  base: TacGroups,
  { listed, unlisted }: { readonly listed: TacGroups; readonly unlisted: TacGroups },
): Pick<Delta, 'adds' | 'removes'> {
  const adds: TacGroup[] = []
  const removes: TacGroup[] = []
  for (const { tac, snrs } of together(base, listed, unlisted)) {
    const [old, wanted, unwanted] = snrs
    const added = without(wanted, old)
    const removed = without(unwanted, without(unwanted, old))
    if (added.length > 0) adds.push({ tac, snrs: added })
    if (removed.length > 0) removes.push({ tac, snrs: removed })
  }
  return { adds, removes }
}

/** What is in `snrs` and not in `others`; a copy. */
function without(snrs: Uint32Array, others: Uint32Array): Uint32Array {
  let other = 0
  return snrs.filter((snr) => {
    while (other < others.length && others[other]! < snr) other++
    return others[other] !== snr
  })
}
