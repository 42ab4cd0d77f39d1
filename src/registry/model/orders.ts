import { sql, type Kysely, type Transaction } from 'kysely'
import {
  ENROLLED,
  RULES,
  Refusal,
  counted,
  nextState,
  parseOrder,
  type Order,
  type Afterwards,
  type DeviceState,
  type Frontiers,
  type LoggedOrder,
} from '../../core/index.ts'
import type { Schema } from '../db/tables.ts'

/** A logged order with what the registry alone knows about it. */
export interface KnownOrder extends LoggedOrder {
  readonly order: Order
  readonly opening: Uint8Array
  readonly ownerSalt: Uint8Array | null
  readonly caseId: string | null
}

/** The orders of some subjects in log order, by subject. Every subject asked for has a list. */
export async function ordersOf(
  db: Kysely<Schema> | Transaction<Schema>,
  subjectIds: readonly string[],
): Promise<Map<string, KnownOrder[]>> {
  const found = new Map<string, KnownOrder[]>(subjectIds.map((id) => [id, []]))
  if (subjectIds.length === 0) return found
  const rows = await db
    .selectFrom('orders')
    .selectAll()
    // One parameter, not one for each of a pool's thousand.
    .where('subject_id', '=', sql<string>`any(${[...subjectIds]}::uuid[])`)
    .orderBy('log_index')
    .execute()
  for (const row of rows)
    found.get(row.subject_id)?.push({
      index: Number(row.log_index),
      t: Number(row.at_ms),
      order: parseOrder(new Uint8Array(row.payload)),
      opening: new Uint8Array(row.opening),
      ownerSalt: row.owner_salt && new Uint8Array(row.owner_salt),
      caseId: row.case_id,
    })
  return found
}

/**
 * The state that the next order has to follow: every logged order counts, whether or not it has its
 * quorum yet. @throws {Refusal} when the rows disagree with the law: they are not what was logged
 */
export function stateLogged(orders: readonly LoggedOrder[], afterwards: Afterwards): DeviceState {
  // What followed from an order that is void now need not follow from what is left.
  const hasVoid = orders.some(({ index }) => afterwards.isVoid(index))
  return orders.reduce((state, { order, index, t }) => {
    try {
      return nextState(state, order, index, t, afterwards)
    } catch (error) {
      if (!hasVoid || !(error instanceof Refusal)) throw error
      return counted(state, order)
    }
  }, ENROLLED)
}

/**
 * As `stateInForce` of core, with the orders that made that state. One that lacks its quorum is
 * nobody's to obey yet, and no reason to refuse a phone anything; nor is one that builds on it.
 */
export function foldInForce<T extends LoggedOrder>(
  logged: readonly T[],
  frontiers: Frontiers,
  afterwards: Afterwards,
): { readonly orders: readonly T[]; readonly device: DeviceState } {
  const orders: T[] = []
  let device = ENROLLED
  for (const one of logged) {
    if (one.index >= frontiers[RULES[one.order.act].quorum]) continue
    try {
      device = nextState(device, one.order, one.index, one.t, afterwards)
      if (!afterwards.isVoid(one.index)) orders.push(one)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
  return { orders, device }
}

/**
 * The orders a phone with counter `ctr` has missed and can still obey at `now` (Unix seconds). A hold
 * that lapsed meanwhile is void for it, and so is the release that would undo just that hold.
 */
export function stillToObey<T extends LoggedOrder>(
  orders: readonly T[],
  ctr: number,
  now: number,
): T[] {
  const missed = orders.filter(({ order }) => order.ctr > ctr)
  const lapsed = missed.filter(({ order }) => order.act === 'hold' && order.exp < now)
  const isVoid = ({ order, index }: T) =>
    lapsed.some(
      (hold) => hold.index === index || (order.act === 'release' && order.of === hold.index),
    )
  return missed.filter((order) => !isVoid(order))
}
