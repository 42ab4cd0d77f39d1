import { SNRS_OF_A_TAC, type TacGroups } from '../../core/index.ts'

/** Bits no encoding of a set goes below on average. */
export interface Bound {
  /** The TACs are known: what is left is how many SNRs each has, and which. */
  readonly givenTacs: number
  /** How many each has is known too. */
  readonly givenCounts: number
}

/**
 * Which: the logarithm of the number of sets there are with these counts. How many: the entropy of
 * the counts, as if each TAC drew its own from all that occur.
 */
export function entropyBits(groups: TacGroups): Bound {
  const factorial = logFactorials(SNRS_OF_A_TAC)
  const most = factorial[SNRS_OF_A_TAC]!
  const seen = new Map<number, number>()
  let [tacs, givenCounts] = [0, 0]
  for (const { snrs } of groups) {
    const count = snrs.length
    givenCounts += most - factorial[count]! - factorial[SNRS_OF_A_TAC - count]!
    seen.set(count, (seen.get(count) ?? 0) + 1)
    tacs++
  }
  let ofCounts = 0
  for (const times of seen.values()) ofCounts += times * Math.log2(tacs / times)
  return { givenTacs: givenCounts + ofCounts, givenCounts }
}

/** log2 of n!, for every n up to `most`. */
function logFactorials(most: number): Float64Array {
  const logs = new Float64Array(most + 1)
  for (let n = 1; n <= most; n++) logs[n] = logs[n - 1]! + Math.log2(n)
  return logs
}
