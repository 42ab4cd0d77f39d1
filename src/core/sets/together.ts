import type { TacGroup, TacGroups } from './tac-group.ts'

const NONE = new Uint32Array(0)

/** One TAC and its SNRs in each of several sets, empty where a set has none. */
export interface Together<Sets extends readonly TacGroups[]> {
  readonly tac: number
  readonly snrs: { readonly [K in keyof Sets]: Uint32Array }
}

/** Goes through sets side by side, by rising TAC. */
export function* together<const Sets extends readonly TacGroups[]>(
  ...sets: Sets
): Generator<Together<Sets>> {
  const passes = sets.map((groups) => groups[Symbol.iterator]() as Iterator<TacGroup, undefined>)
  const heads = passes.map((pass) => pass.next())
  for (;;) {
    const tac = Math.min(...heads.map(({ value }) => value?.tac ?? Infinity))
    if (tac === Infinity) return
    const snrs = heads.map(({ value }) => (value?.tac === tac ? value.snrs : NONE))
    yield { tac, snrs: snrs as Together<Sets>['snrs'] }
    for (const [i, pass] of passes.entries())
      if (heads[i]!.value?.tac === tac) heads[i] = pass.next()
  }
}
