import { RULES } from './acts.ts'
import { ENROLLED, nextState, type DeviceState } from './lifecycle.ts'
import type { Order } from './order.ts'
import { Refusal } from './refusal.ts'

/** An order with its place in the log. */
export interface LoggedOrder {
  readonly index: number
  /** Log time in ms. */
  readonly t: number
  readonly order: Order
}

/** How far each quorum has vouched, as tree sizes. Guardians may lag behind witnesses. */
export interface Frontiers {
  readonly guarded: number
  readonly plain: number
}

/**
 * The state that is to be enforced: the fold, in log order, of one device's orders that have the
 * quorum of their act. An order that does not follow from those is passed over, and counts again
 * once what it follows from has its quorum: so no order of events changes the outcome.
 */
export function stateInForce(orders: readonly LoggedOrder[], frontiers: Frontiers): DeviceState {
  let state = ENROLLED
  for (const { index, t, order } of orders) {
    if (index >= frontiers[RULES[order.act].quorum]) continue
    try {
      state = nextState(state, order, index, t)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
  return state
}
