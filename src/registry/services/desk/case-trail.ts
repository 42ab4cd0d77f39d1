import type { Act } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import { ordersOf } from '../../model/orders.ts'
import type { Case } from '../cases.ts'
import type { Officer } from '../people/officers.ts'
import { sightingsOf, type SeenAt } from '../sightings.ts'
import { takenCase } from './takings.ts'

/** Newest sightings of one case that are shown; the rest stays on record. */
const MOST = 1_000

/** Where a phone surfaced, and the orders in between, each newest first. Times in ms. */
export interface CaseTrail {
  readonly case: Case
  readonly seen: readonly SeenAt[]
  readonly orders: readonly { readonly act: Act; readonly at: number; readonly leaf: number }[]
}

/** Of a taken case, and of no phone but its own: a look that is recorded. @throws {Refusal} case-needed, case-taken, not-found */
export async function trailOf(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<CaseTrail> {
  const found = await takenCase(context, officer, caseId)
  const { subjectId } = found
  await audit(context, officer, 'case.sightings', { caseId, subjectId })
  const orders = (await ordersOf(context.db, [subjectId])).get(subjectId) ?? []
  return {
    case: found,
    seen: await sightingsOf(context, { id: subjectId }, MOST),
    orders: orders
      .map(({ order, t, index }) => ({ act: order.act, at: t, leaf: index }))
      .toReversed(),
  }
}
