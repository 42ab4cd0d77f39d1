import type { JudgedOrder } from './order.ts'

/** One value to a key. A value is never changed in place, so that it may as well lie on a disk. */
export interface Table<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

/** What a ledger keeps of an order. */
export interface KeptOrder {
  /** Log time in ms. */
  readonly t: number
  readonly order: JudgedOrder
  /** Number of the group of keys and names that signed it. */
  readonly signers: number
  /** Leaf of the order before it of the same signers. */
  readonly previous: number | null
  /** Leaf of the order before it that names the same `of`. */
  readonly before: number | null
}

/** What of a ledger grows with every order of the log. A reader who has little memory brings his own. */
export interface OrderTables {
  /** By the hex of an order's id: where it stands, and the hash of what it says. */
  readonly oids: Table<string, { readonly index: number; readonly payload: string }>
  /** By leaf. */
  readonly orders: Table<number, KeptOrder>
  /** By the leaf that an order's `of` names: the newest such order. */
  readonly continuedBy: Table<number, number>
}

export function tablesInMemory(): OrderTables {
  return { oids: new Map(), orders: new Map(), continuedBy: new Map() }
}
