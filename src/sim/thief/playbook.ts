import { AS_SPARE_PARTS } from './as-spare-parts.ts'
import { AT_THE_GATE } from './at-the-gate.ts'
import type { Trick } from './bench.ts'
import { ON_THE_MARKET } from './on-the-market.ts'
import { WITH_A_CABLE } from './with-a-cable.ts'
import { WITH_DOCUMENTS } from './with-documents.ts'

/** The thief's playbook, in the order in which somebody would try. */
export const PLAYBOOK: readonly Trick[] = [
  ...AT_THE_GATE,
  ...WITH_DOCUMENTS,
  ...WITH_A_CABLE,
  ...AS_SPARE_PARTS,
  ...ON_THE_MARKET,
]
