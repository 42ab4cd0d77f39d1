import {
  isBlack,
  isInForce,
  lapse,
  listingsInForce,
  stateInForce,
  toHex,
  type DeviceIds,
  type DeviceState,
  type Frontiers,
  type Imei14,
  type Ledger,
  type LoggedOrder,
  type OpenedOrder,
  type RefusalCode,
} from '../core/index.ts'
import type { FollowerTables } from './orders/follower-tables.ts'
import type { Register } from './register.ts'

export interface FoldOptions {
  readonly register: Register
  readonly ledger: Ledger
  readonly tables: Pick<FollowerTables, 'opened' | 'newest'>
  /** Told when an order is skipped for a new reason. */
  readonly onSkipped: (index: number, code: RefusalCode) => void
  /** Told of every number that has become black. */
  readonly onLocked: (imei14: Imei14) => void
}

/**
 * From orders to verdicts, one subject at a time. A subject's few orders are folded again from the
 * first whenever one more comes into force: so the outcome depends on which orders are in force and
 * on nothing else, and an order that made no sense before (the release of a lock whose guardians
 * came late) gets its turn.
 */
export class Fold {
  readonly #options: FoldOptions
  /** Orders not yet in force, by index. */
  readonly #waiting = new Map<number, { readonly placed: LoggedOrder; readonly subject: string }>()
  readonly #skipped = new Map<number, RefusalCode>()
  /** Subjects of which a later entry says something new. */
  readonly #changed = new Set<string>()
  #frontiers: Frontiers = { plain: 0, guarded: 0 }

  constructor(options: FoldOptions) {
    this.#options = options
  }

  /** Orders in force that the law of states refuses, at these frontiers. */
  get skipped(): number {
    return this.#skipped.size
  }

  /** Orders that wait for their quorum. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** What the orders in force come to for the device with this key. @throws {TablesFault} */
  deviceOf(dak: Uint8Array): DeviceState {
    const { register, ledger } = this.#options
    const state = stateInForce(this.ordersOf(toHex(dak)), this.#frontiers, ledger)
    return lapse(state, register.now)
  }

  /** Takes the next order of the log; it counts once a frontier covers it. */
  place(placed: LoggedOrder, ids: DeviceIds): void {
    const { opened, newest } = this.#options.tables
    const subject = subjectOf(ids)
    const { index } = placed
    opened.set(index, { subject, imeis: ids.imeis, previous: newest.get(subject) ?? null })
    newest.set(subject, index)
    this.#waiting.set(index, { placed, subject })
  }

  /** Something later was said about these orders: they became void, or an owner has a new key. */
  reconsider(indexes: readonly number[]): void {
    for (const index of indexes) {
      const subject = this.#options.tables.opened.get(index)?.subject
      if (subject !== undefined) this.#changed.add(subject)
    }
  }

  /** Yields between subjects, so that checks can be answered while many change. */
  *advance(frontiers: Frontiers): Generator<void> {
    this.#frontiers = frontiers
    const moved = new Set(this.#changed)
    this.#changed.clear()
    for (const [index, { placed, subject }] of this.#waiting)
      if (isInForce(placed, frontiers)) {
        this.#waiting.delete(index)
        moved.add(subject)
      }
    for (const subject of moved) {
      this.refold(subject)
      yield
    }
  }

  private refold(subject: string): void {
    const { register, ledger, onLocked } = this.#options
    const listings = listingsInForce(this.ordersOf(subject), this.#frontiers, ledger, {
      taken: ({ index }) => this.#skipped.delete(index),
      passedOver: ({ index }, { code }) => this.skip(index, code),
    })
    const black = () => [...listings.keys()].filter((imei) => isBlack(register.stateOf(imei)))
    const before = black()
    register.set(subject, listings)
    for (const imei of black()) if (!before.includes(imei)) onLocked(imei)
  }

  /** In log order. */
  private ordersOf(subject: string): OpenedOrder[] {
    const { ledger, tables } = this.#options
    const orders: OpenedOrder[] = []
    let at = tables.newest.get(subject) ?? null
    while (at !== null) {
      const { imeis, previous } = tables.opened.get(at)!
      orders.push({ ...ledger.order(at)!, imeis })
      at = previous
    }
    return orders.toReversed()
  }

  private skip(index: number, code: RefusalCode): void {
    if (this.#skipped.get(index) === code) return
    this.#skipped.set(index, code)
    this.#options.onSkipped(index, code)
  }
}

/** The device's key; where nobody enrolled it, its number (trust §10: ids in slot order). */
function subjectOf({ dak, imeis, serial }: DeviceIds): string {
  return dak ? toHex(dak) : (imeis[0] ?? `serial ${serial}`)
}
