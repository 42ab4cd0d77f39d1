import {
  HOLD_SECONDS,
  RELEASED_TO,
  RULES,
  coseSign,
  demand,
  deviceCommitment,
  encodeCbor,
  encodeOpening,
  lapse,
  nextState,
  orderPayload,
  ownerCommitment,
  type Act,
  type Afterwards,
  type CoseSign,
  type DeviceState,
  type Order,
  type Signer,
} from '../../core/index.ts'
import type { RandomBytes } from '../../host/index.ts'
import type { Context } from '../context.ts'
import { stateLogged, type KnownOrder } from './orders.ts'
import type { RecordedKey } from './recorded-keys.ts'
import type { Subject } from './subjects.ts'

/** What the act itself has to say; everything else follows from the device and its past. */
export type ActContent = Pick<
  Order,
  'act' | 'auth' | 'case' | 'own' | 'why' | 'to' | 'cus' | 'cc' | 'clu'
>

/** An order ready to be signed, with the private half that stays here. */
export interface Composed {
  readonly order: Order
  readonly payload: Uint8Array
  readonly opening: Uint8Array
  /** Opens the order's own owner-key commitment, when it carries one. */
  readonly ownerSalt: Uint8Array | null
}

/** What composing an order needs of its surroundings. */
export interface Composing {
  readonly afterwards: Afterwards
  readonly random: RandomBytes
  /** Owner keys recorded for the order in force, in log order. */
  readonly recorded: readonly RecordedKey[]
}

/** `recorded`: for what undoes an order; everything else needs none. */
export function composing(
  { sequencer, surroundings }: Context,
  recorded: readonly RecordedKey[] = [],
): Composing {
  return { afterwards: sequencer.ledger, random: surroundings.random, recorded }
}

/** Clocks of officers and registry may differ by this much, seconds. */
const CLOCK_SLACK = 60
/** How long a draft other than a hold stays signable: six of the seven days an order may wait. */
const DRAFT_SECONDS = 6 * 86_400

/**
 * The next order about a subject, on the state that all logged orders give at `now` (Unix seconds).
 * @throws {Refusal} wrong-state, owner-key, of-mismatch, signer-set
 */
export function compose(
  content: ActContent,
  subject: Subject,
  orders: readonly KnownOrder[],
  now: number,
  { afterwards, random, recorded }: Composing,
): Composed {
  const { act } = content
  const device = lapse(stateLogged(orders, afterwards), now)
  demand(
    RULES[act].from.includes(device.state),
    'wrong-state',
    `${act} does not follow ${device.state}`,
  )
  const oid = random(16)
  const salt = random(32)
  const commits = (act === 'hold' || act === 'lock') && subject.owner !== null
  const ownerSalt = commits ? random(32) : null
  const order: Order = {
    ...content,
    oid,
    dev: deviceCommitment(salt, subject.ids),
    ctr: device.ctr + 1,
    ...window(act, now),
    ...continued(act, device),
    ...(ownerSalt && subject.owner && { okc: ownerCommitment(ownerSalt, subject.owner) }),
    ...opened(act, device, subject, { orders, recorded, now }),
  }
  // Nothing is drafted that could not be logged now, by whoever may undo what is in force.
  nextState(device, order, (orders.at(-1)?.index ?? 0) + 1, now * 1000, afterwards)
  return {
    order,
    payload: encodeCbor(orderPayload(order)),
    opening: encodeOpening({ oid, salt, ids: subject.ids }),
    ownerSalt,
  }
}

function window(act: Act, now: number): Pick<Order, 'nbf' | 'exp'> {
  if (act === 'hold') return { nbf: now, exp: now + HOLD_SECONDS }
  return { nbf: now - CLOCK_SLACK, exp: now + DRAFT_SECONDS }
}

function continued(act: Act, { outstanding }: DeviceState): Pick<Order, 'of'> {
  if (outstanding === null || act === 'hold') return {}
  return { of: outstanding.index }
}

/** A release opens the commitment of what it undoes, so that anyone can check the owner's slot. */
function opened(
  act: Act,
  { outstanding }: { readonly outstanding: { readonly index: number } | null },
  subject: Subject,
  {
    orders,
    recorded,
    now,
  }: {
    readonly orders: readonly KnownOrder[]
    readonly recorded: readonly RecordedKey[]
    readonly now: number
  },
): Pick<Order, 'okey'> {
  if (act !== 'release' && act !== 'retire') return {}
  const newer = recorded.findLast(({ of, from }) => of === outstanding?.index && from <= now * 1000)
  if (newer) return { okey: { salt: newer.salt, key: newer.key } }
  demand(subject.owner !== null, 'owner-key', 'this device has no owner key yet')
  const undone = orders.find(({ index }) => index === outstanding?.index)
  const salt = undone ? undone.ownerSalt : new Uint8Array(32)
  demand(
    salt !== null,
    'owner-key',
    'the order in force was issued before the device had an owner key',
  )
  return { okey: { salt, key: subject.owner } }
}

/**
 * What undoes a void lock on the phones that obeyed it: a release in error, by an ancestor of who
 * ordered it and the owner. @throws {Refusal} owner-key
 */
export function composeVoidRelease(
  lock: KnownOrder,
  subject: Subject,
  orders: readonly KnownOrder[],
  auth: string,
  now: number,
  { afterwards, random, recorded }: Composing,
): Composed {
  const oid = random(16)
  const salt = random(32)
  const { ctr } = stateLogged(orders, afterwards)
  const undone = { outstanding: { index: lock.index } }
  const order: Order = {
    act: 'release',
    auth,
    to: RELEASED_TO.issuedInError,
    of: lock.index,
    oid,
    dev: deviceCommitment(salt, subject.ids),
    ctr: ctr + 1,
    ...window('release', now),
    ...opened('release', undone, subject, { orders, recorded, now }),
  }
  return {
    order,
    payload: encodeCbor(orderPayload(order)),
    opening: encodeOpening({ oid, salt, ids: subject.ids }),
    ownerSalt: null,
  }
}

/** An order that the service signs alone: a hold on an owner's word. */
export function signComposed(composed: Composed, signers: readonly Signer[]): CoseSign {
  return coseSign('application/stolen-order+cbor', orderPayload(composed.order), signers)
}
