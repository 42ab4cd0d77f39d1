import type { Afterwards, OwnerKeyChange } from './afterwards.ts'
import { toHex } from './bytes.ts'
import { chainOf } from './chain.ts'
import type { CheckedOrder } from './check-order.ts'
import { outstandingOf, type Outstanding } from './lifecycle.ts'
import { judged, type JudgedOrder } from './order.ts'
import type { OrderTables } from './order-tables.ts'

/** One order of the log, as far as others depend on it. */
export interface BookedOrder {
  readonly index: number
  /** Log time in ms. */
  readonly t: number
  readonly order: JudgedOrder
  /** Key ids of the chains of all certified slots. */
  readonly kids: readonly Uint8Array[]
  readonly subs: ReadonlySet<string>
  readonly isVoid: boolean
}

/** Everybody in the chains of an order's slots; the same keys may bear other names later. */
interface Signers extends Pick<BookedOrder, 'kids' | 'subs'> {
  readonly number: number
  readonly ids: ReadonlySet<string>
  /** Their newest order. */
  last: number | null
}

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
 * devices: those are hidden. What grows with every order lies in tables, each order chained to the one
 * before it of the same signers, and of the same order continued.
 */
export class OrderBook implements Afterwards {
  readonly #tables: Pick<OrderTables, 'orders' | 'continuedBy'>
  /** The same few people sign many orders: they are kept once. */
  readonly #signers = new Map<string, Signers>()
  readonly #signersByNumber: Signers[] = []
  readonly #void = new Set<number>()
  readonly #ownerKeys = new Map<number, OwnerKeyChange[]>()

  constructor(tables: Pick<OrderTables, 'orders' | 'continuedBy'>) {
    this.#tables = tables
  }

  add(index: number, { order, t, links, subs }: CheckedOrder): void {
    const { orders, continuedBy } = this.#tables
    const signers = this.signersOf(
      links.flatMap((link) => chainOf(link)).map(({ kid }) => kid),
      subs,
    )
    const { of } = order
    orders.set(index, {
      t,
      order: judged(order),
      signers: signers.number,
      previous: signers.last,
      before: of === undefined ? null : (continuedBy.get(of) ?? null),
    })
    signers.last = index
    if (of !== undefined) continuedBy.set(of, index)
  }

  private signersOf(kids: readonly Uint8Array[], subs: ReadonlySet<string>): Signers {
    const ids = new Set(kids.map((kid) => toHex(kid)))
    const id = [...ids, ...subs].join(' ')
    const known = this.#signers.get(id)
    if (known) return known
    const signers = { number: this.#signersByNumber.length, kids, subs, ids, last: null }
    this.#signersByNumber.push(signers)
    this.#signers.set(id, signers)
    return signers
  }

  addOwnerKey(of: number, change: OwnerKeyChange): void {
    const changes = this.#ownerKeys.get(of)
    if (changes) changes.push(change)
    else this.#ownerKeys.set(of, [change])
  }

  /** The order at this leaf, undefined where there is none that counts. */
  at(index: number): BookedOrder | undefined {
    const kept = this.#tables.orders.get(index)
    if (kept === undefined) return undefined
    const { t, order, signers } = kept
    const { kids, subs } = this.#signersByNumber[signers]!
    return { index, t, order, kids, subs, isVoid: this.#void.has(index) }
  }

  isVoid(index: number): boolean {
    return this.#void.has(index)
  }

  setVoid(index: number, isVoid: boolean): void {
    if (isVoid) this.#void.add(index)
    else this.#void.delete(index)
  }

  isReopened(index: number): boolean {
    return this.after(index).some(({ isVoid, order }) => isVoid && order.act !== 'found')
  }

  ownerKeys(of: number): readonly OwnerKeyChange[] {
    return this.#ownerKeys.get(of) ?? []
  }

  /** Orders with this key in one of their chains, one group of signers after the other, newest first. */
  *under(kid: Uint8Array): Generator<BookedOrder> {
    const id = toHex(kid)
    for (const { ids, last } of this.#signersByNumber) {
      if (!ids.has(id)) continue
      for (let index = last; index !== null; index = this.#tables.orders.get(index)!.previous)
        yield this.at(index)!
    }
  }

  /** The hold or lock at this leaf, undefined where there is none. */
  standing(index: number): Standing | undefined {
    const booked = this.at(index)
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

  /** In log order. */
  private after(index: number): readonly BookedOrder[] {
    const after: BookedOrder[] = []
    let at = this.#tables.continuedBy.get(index) ?? null
    for (; at !== null; at = this.#tables.orders.get(at)!.before) after.push(this.at(at)!)
    return after.toReversed()
  }
}
