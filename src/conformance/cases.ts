import { createHash } from 'node:crypto'
import type { Case } from './case.ts'
import { ACTIVATION } from './cases/activation.ts'
import { BAD_ORDERS } from './cases/bad-orders.ts'
import { BOOT } from './cases/boot.ts'
import { CLOCKS } from './cases/clocks.ts'
import { EMERGENCY } from './cases/emergency.ts'
import { ENROLMENT } from './cases/enrolment.ts'
import { IDENTITY } from './cases/identity.ts'
import { OFFLINE } from './cases/offline.ts'
import { ORDERS } from './cases/orders.ts'
import { PAIRINGS } from './cases/pairings.ts'
import { PART_LISTS } from './cases/part-lists.ts'
import { OWN_PARTS } from './cases/parts.ts'
import { RESETS } from './cases/resets.ts'
import { SCREENS } from './cases/screens.ts'
import { SALES } from './cases/sales.ts'
import { STORE } from './cases/store.ts'

/** Changes whenever a case does; reports and packages carry it. */
export const SUITE = '1.1.0'

/** Every case there is, by id. */
export const CASES: readonly Case[] = [
  ...ENROLMENT,
  ...ACTIVATION,
  ...BOOT,
  ...ORDERS,
  ...BAD_ORDERS,
  ...OFFLINE,
  ...RESETS,
  ...SALES,
  ...OWN_PARTS,
  ...PAIRINGS,
  ...PART_LISTS,
  ...CLOCKS,
  ...IDENTITY,
  ...EMERGENCY,
  ...SCREENS,
  ...STORE,
].toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** SHA-256 over the cases as data, hex: two runs with the same hash asked the same. */
export function caseSetHash(cases: readonly Case[] = CASES): string {
  return createHash('sha256').update(JSON.stringify(cases)).digest('hex')
}
