import { setImmediate as breath } from 'node:timers/promises'
import {
  Refusal,
  checkIdentityOpening,
  demand,
  encodeEntry,
  lapse,
  nextState,
  parseIdentityOpening,
  parseIdentityRecord,
  parseOrder,
  type DeviceState,
  type Ledger,
  type LoggedOrder,
  type Order,
  type State,
} from '../../core/index.ts'
import { stateLogged } from '../model/orders.ts'
import type { Logged, Submission } from './submission.ts'

/** A submission that will become entry `index`. */
export interface Accepted extends Logged {
  readonly submission: Submission
  /** What an order says, null for every other kind. */
  readonly order: Order | null
  readonly entry: Uint8Array
}

/** What the law says of a pool of submissions. */
export interface Decision {
  /** Log time of its entries, ms. */
  readonly t: number
  readonly accepted: readonly Accepted[]
  /** Known already, by identity: the answer is where it stands. */
  readonly repeated: ReadonlyMap<Submission, number>
  readonly refused: ReadonlyMap<Submission, Refusal>
}

/** Submissions decided without a break: a millisecond, in which nothing else of the process moves on. */
const STRETCH = 20

/**
 * Decides a pool in order, each submission on what the ones before it changed. `ledger` moves along:
 * should the entries not come to stand in the log, it has to be thrown away.
 */
export async function decide(
  pool: readonly Submission[],
  ledger: Ledger,
  orders: ReadonlyMap<string, readonly LoggedOrder[]>,
  t: number,
): Promise<Decision> {
  const states = new Map<string, DeviceState>()
  const accepted: Accepted[] = []
  const repeated = new Map<Submission, number>()
  const refused = new Map<Submission, Refusal>()
  for (const [i, submission] of pool.entries()) {
    if (i % STRETCH === STRETCH - 1) await breath()
    try {
      const order = submission.kind === 'order' ? parseOrder(submission.body.payload) : null
      const { kind, body } = submission
      const first = order
        ? ledger.loggedIndex(order.oid, body.payload)
        : ledger.documentIndex(kind, body.payload)
      if (first !== undefined) repeated.set(submission, first)
      else accepted.push(accept({ submission, order }, ledger, { orders, states }, t))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refused.set(submission, error)
    }
  }
  return { t, accepted, repeated, refused }
}

/** A pool of which nothing can be logged. */
export function refuseAll(pool: readonly Submission[], t: number, refusal: Refusal): Decision {
  const refused = new Map(pool.map((submission) => [submission, refusal]))
  return { t, accepted: [], repeated: new Map(), refused }
}

/** Orders as the database has them, and those that are still on their way into it. */
export function withPending(
  stored: ReadonlyMap<string, readonly LoggedOrder[]>,
  pending: readonly Accepted[],
): ReadonlyMap<string, readonly LoggedOrder[]> {
  const orders = new Map(stored)
  for (const { submission, order, index, t } of pending) {
    const subjectId = submission.order?.subjectId
    const known = subjectId === undefined ? undefined : orders.get(subjectId)
    if (!order || !known || known.some((one) => one.index === index)) continue
    orders.set(subjectId!, [...known, { index, t, order }])
  }
  return orders
}

function accept(read: Read, ledger: Ledger, subjects: Subjects, t: number): Accepted {
  const { submission, order } = read
  const { kind, body, order: context, onlyIf } = submission
  const index = ledger.size
  const entry = encodeEntry({ kind, t, body })
  if (kind === 'identity') demandOpened(submission)
  if (onlyIf) onlyIf.demand(stateAt(onlyIf.subjectId, subjects, ledger, t), t)
  // The device's own state first: it changes nothing, while the ledger moves.
  const before = context && stateOf(context.subjectId, subjects, ledger)
  const after = before && order && nextState(before, order, index, t, ledger)
  ledger.applyRead(index, { kind, t, body }, order ?? undefined)
  if (context && after) subjects.states.set(context.subjectId, after)
  return { ...read, entry, index, t }
}

/**
 * What nobody could open would be told to no register, and this log would not start again over it.
 * @throws {Refusal} opening, malformed, fields
 */
function demandOpened({ body, opening }: Submission): void {
  const record = parseIdentityRecord(body.payload)
  const isEnd = record.type === 'end'
  demand((opening === undefined) === isEnd, 'opening', 'a conflict or pair comes with its opening')
  if (opening) checkIdentityOpening(record, parseIdentityOpening(opening))
}

type Read = Pick<Accepted, 'submission' | 'order'>

interface Subjects {
  readonly orders: ReadonlyMap<string, readonly LoggedOrder[]>
  /** As far as this pool has changed or looked at them. */
  readonly states: Map<string, DeviceState>
}

function stateAt(subjectId: string, subjects: Subjects, ledger: Ledger, t: number): State {
  return lapse(stateOf(subjectId, subjects, ledger), Math.floor(t / 1000)).state
}

function stateOf(subjectId: string, { orders, states }: Subjects, ledger: Ledger): DeviceState {
  const known = states.get(subjectId)
  if (known) return known
  try {
    return stateLogged(orders.get(subjectId) ?? [], ledger)
  } catch {
    throw new Refusal(
      'row-disagrees-with-log',
      'the orders kept for this device do not follow from each other',
    )
  }
}
