import { RULES } from './acts.ts'
import type { Afterwards } from './afterwards.ts'
import { ENROLLED, lapse, nextState, type DeviceState } from './lifecycle.ts'
import type { JudgedOrder } from './order.ts'
import { Refusal } from './refusal.ts'

/** An order with its place in the log. */
export interface LoggedOrder {
  readonly index: number
  /** Log time in ms. */
  readonly t: number
  readonly order: JudgedOrder
}

/** How far each quorum has vouched, as tree sizes. Guardians may lag behind witnesses. */
export interface Frontiers {
  readonly guarded: number
  readonly plain: number
}

/** Whether an order has the quorum its act needs. */
export function isInForce({ index, order }: LoggedOrder, frontiers: Frontiers): boolean {
  return index < frontiers[RULES[order.act].quorum]
}

/** What a reader of the fold may want to know of each order in force. */
export interface FoldVisitor<T extends LoggedOrder> {
  /** It follows from `before`. */
  taken?(order: T, before: DeviceState): void
  /** It does not follow from what is in force. */
  passedOver?(order: T, refusal: Refusal): void
}

/**
 * The state that is to be enforced: the fold, in log order, of one device's orders that have the
 * quorum of their act. An order that does not follow from those is passed over, and counts again
 * once what it follows from has its quorum: so no order of events changes the outcome.
 */
export function stateInForce<T extends LoggedOrder>(
  orders: readonly T[],
  frontiers: Frontiers,
  afterwards: Afterwards,
  visitor: FoldVisitor<T> = {},
): DeviceState {
  let state = ENROLLED
  for (const logged of orders) {
    if (!isInForce(logged, frontiers)) continue
    const { order, index, t } = logged
    const before = lapse(state, Math.floor(t / 1000))
    try {
      state = nextState(before, order, index, t, afterwards)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      visitor.passedOver?.(logged, error)
      continue
    }
    if (!afterwards.isVoid(index)) visitor.taken?.(logged, before)
  }
  return state
}
