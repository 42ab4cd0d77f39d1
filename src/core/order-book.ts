import type { Afterwards, OwnerKeyChange } from './afterwards.ts'
import { toHex } from './bytes.ts'
import { chainOf } from './chain.ts'
import type { CheckedOrder } from './check-order.ts'
import { outstandingOf, type Outstanding } from './lifecycle.ts'
import { judged, type JudgedOrder } from './order.ts'

/** One order of the log, as far as others depend on it. */
export interface BookedOrder {
  readonly index: number
  /** Log time in ms. */
  readonly t: number
  readonly order: JudgedOrder
  /** Key ids of the chains of all certified slots. */
  readonly kids: readonly Uint8Array[]
  readonly subs: ReadonlySet<string>
  isVoid: boolean
}

/** Everybody in the chains of an order's slots; the same keys may bear other names later. */
type Signers = Pick<BookedOrder, 'kids' | 'subs'>

/** A hold or lock as it stands now. */
export interface Standing {
  readonly booked: BookedOrder
  readonly outstanding: Outstanding
  /** Highest counter of it and of whatever continued it, void or not: phones may have obeyed. */
  readonly ctr: number
  /** A valid order has continued or undone it. */
  readonly isClosed: boolean
}

/**
 * Which order undoes which, found again after any of them has become void. It knows nothing of
 * devices: those are hidden.
 */
export class OrderBook implements Afterwards {
  readonly #orders = new Map<number, BookedOrder>()
  readonly #signers = new Map<string, Signers>()
  readonly #continuedBy = new Map<number, number[]>()
  readonly #byKey = new Map<string, number[]>()
  readonly #ownerKeys = new Map<number, OwnerKeyChange[]>()

  add(index: number, { order, t, links, subs }: CheckedOrder): void {
    const kids = links.flatMap((link) => chainOf(link)).map(({ kid }) => kid)
    const ids = [...new Set(kids.map((kid) => toHex(kid)))]
    const signers = this.signersOf(ids, kids, subs)
    this.#orders.set(index, { index, t, order: judged(order), ...signers, isVoid: false })
    if (order.of !== undefined) append(this.#continuedBy, order.of, index)
    for (const id of ids) append(this.#byKey, id, index)
  }

  /** The same few people sign many orders: they are kept once. */
  private signersOf(
    ids: readonly string[],
    kids: readonly Uint8Array[],
    subs: ReadonlySet<string>,
  ): Signers {
    const id = [...ids, ...subs].join(' ')
    const known = this.#signers.get(id)
    if (known) return known
    const signers = { kids, subs }
    this.#signers.set(id, signers)
    return signers
  }

  addOwnerKey(of: number, change: OwnerKeyChange): void {
    append(this.#ownerKeys, of, change)
  }

  isVoid(index: number): boolean {
    return this.#orders.get(index)?.isVoid ?? false
  }

  isReopened(index: number): boolean {
    return this.after(index).some(({ isVoid, order }) => isVoid && order.act !== 'found')
  }

  ownerKeys(of: number): readonly OwnerKeyChange[] {
    return this.#ownerKeys.get(of) ?? []
  }

  /** Orders with this key in one of their chains, in log order. */
  under(kid: Uint8Array): readonly BookedOrder[] {
    return (this.#byKey.get(toHex(kid)) ?? []).map((index) => this.#orders.get(index)!)
  }

  /** The hold or lock at this leaf, undefined where there is none. */
  standing(index: number): Standing | undefined {
    const booked = this.#orders.get(index)
    if (booked === undefined) return undefined
    const { order } = booked
    if (order.act !== 'hold' && order.act !== 'lock') return undefined
    const after = this.after(index)
    const valid = after.filter(({ isVoid }) => !isVoid)
    const found = valid.findLast(({ order: { act } }) => act === 'found')
    const outstanding = outstandingOf(order, order.act, index)
    return {
      booked,
      outstanding: { ...outstanding, foundBy: found?.order.auth ?? null },
      ctr: Math.max(order.ctr, ...after.map((one) => one.order.ctr)),
      isClosed: valid.some(({ order: { act } }) => act !== 'found'),
    }
  }

  private after(index: number): readonly BookedOrder[] {
    return (this.#continuedBy.get(index) ?? []).map((at) => this.#orders.get(at)!)
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
