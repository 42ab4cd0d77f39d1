import { BROKEN_ACTIVATION } from './activation.ts'
import { BROKEN_HANDSETS } from './handsets.ts'
import { BROKEN_ORDERS } from './orders.ts'
import { BROKEN_PART_LISTS } from './part-lists.ts'
import { BROKEN_PARTS } from './part-swaps.ts'
import { BROKEN_RESETS } from './resets.ts'
import { BROKEN_SALES } from './sales.ts'
import type { BrokenDevice } from './parts.ts'

/** Each is wrong in one thing, and must be caught by exactly the cases that ask for that thing. */
export const BROKEN: readonly BrokenDevice[] = [
  ...BROKEN_ORDERS,
  ...BROKEN_ACTIVATION,
  ...BROKEN_RESETS,
  ...BROKEN_SALES,
  ...BROKEN_PARTS,
  ...BROKEN_PART_LISTS,
  ...BROKEN_HANDSETS,
]
