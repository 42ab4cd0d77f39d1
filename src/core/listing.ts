import type { Afterwards } from './afterwards.ts'
import { stateInForce, type FoldVisitor, type Frontiers, type LoggedOrder } from './in-force.ts'
import type { Imei14 } from './imei.ts'
import { LISTS, type List } from './sets/tac-group.ts'

/** What is known of a number, heaviest first. `released`: known, and protected again. */
export const LISTED_STATES = ['stolen', 'recovered', 'retired', 'held', 'released'] as const
export type ListedState = (typeof LISTED_STATES)[number]

/** States that keep a phone out of every network. */
export const BLACK = ['stolen', 'recovered', 'retired'] as const satisfies readonly ListedState[]

export function isBlack(state: ListedState | undefined): state is (typeof BLACK)[number] {
  return BLACK.some((black) => black === state)
}

/** What one subject's orders say about one number it wears. */
export interface Listing {
  readonly state: ListedState
  /** When a hold lapses, Unix seconds of cosigned time; null for what does not lapse. */
  readonly exp: number | null
}

/** A logged order with the numbers of the device it is about. */
export interface OpenedOrder extends LoggedOrder {
  readonly imeis: readonly Imei14[]
}

const RELEASED: Listing = { state: 'released', exp: null }

/**
 * What the orders in force of one subject, in log order, say of every number it ever wore. A hold for a
 * wrong number that ended does not taint that number when the same device is locked later under its
 * right one: only numbers of the case at hand count.
 */
export function listingsInForce<T extends OpenedOrder>(
  orders: readonly T[],
  frontiers: Frontiers,
  afterwards: Afterwards,
  visitor: FoldVisitor<T> = {},
): Map<Imei14, Listing> {
  let worn = new Set<Imei14>()
  const known = new Set<Imei14>()
  const { state, outstanding } = stateInForce(orders, frontiers, afterwards, {
    taken: (order, before) => {
      visitor.taken?.(order, before)
      if (before.state === 'protected') worn = new Set()
      for (const imei of order.imeis) {
        worn.add(imei)
        known.add(imei)
      }
    },
    passedOver: (order, refusal) => visitor.passedOver?.(order, refusal),
  })
  const listing: Listing =
    state === 'protected' ? RELEASED : { state, exp: state === 'held' ? outstanding!.exp : null }
  return new Map([...known].map((imei) => [imei, worn.has(imei) ? listing : RELEASED]))
}

/**
 * A number that several devices wear answers with the heaviest state, so that a second device never
 * lightens the first. Undefined: no order in force ever named it.
 * @param now newest cosigned time, Unix seconds: the only clock a hold lapses by
 */
export function heaviest(listings: readonly Listing[], now: number): ListedState | undefined {
  const states = listings.map(({ state, exp }) => (exp !== null && now > exp ? 'released' : state))
  return LISTED_STATES.find((state) => states.includes(state))
}

/** The list a network is given this number in; null: in none. Black goes before conflict and hold. */
export function listOf(state: ListedState | undefined, isInConflict: boolean): List | null {
  if (isBlack(state)) return LISTS.black
  return state === 'held' || isInConflict ? LISTS.grey : null
}
