import type { Transaction } from 'kysely'
import type { CoseSign, Kind, State } from '../../core/index.ts'
import type { Schema } from '../db/tables.ts'

/** Where an entry ended up. Answered only once it is durable and published. */
export interface Logged {
  readonly index: number
  /** Log time, ms. */
  readonly t: number
}

/** What the registry keeps about an order beside the public entry, written in one transaction with it. */
export interface OrderContext {
  readonly subjectId: string
  readonly opening: Uint8Array
  readonly ownerSalt: Uint8Array | null
  readonly caseId: string | null
  /** The draft whose signatures became this order. */
  readonly draftId: string | null
}

/** The subjects whose orders decide about it. */
export const subjectsOf = ({ order, onlyIf }: Submission): string[] =>
  [order, onlyIf].flatMap((about) => (about ? [about.subjectId] : []))

/** Something to be logged. */
export interface Submission {
  readonly kind: Kind
  readonly body: CoseSign
  /** Present for orders, and only for them. */
  readonly order?: OrderContext
  /**
   * Asked when it gets its place: the state of a device after all that stands before, and the log time
   * (ms). What a service saw earlier may be over by then. Refuses by throwing, and has no effect.
   */
  readonly onlyIf?: {
    readonly subjectId: string
    readonly demand: (state: State, t: number) => void
  }
  /** Of a conflict or pair, which it has to open. */
  readonly opening?: Uint8Array
  /**
   * Rows that must stand or fall with the entry. Runs inside the transaction of the whole pool: it
   * takes conflicts with `on conflict`, for an error here would fail everybody else's order too.
   */
  readonly alongside?: (trx: Transaction<Schema>, logged: Logged) => Promise<void>
}
