import { RULES, type Act, type State } from './acts.ts'
import { NOTHING_AFTERWARDS, type Afterwards, type OwnerKeyChange } from './afterwards.ts'
import { equal } from './bytes.ts'
import { isWithin } from './certificate.ts'
import { ownerCommitment } from './commitment.ts'
import { RELEASED_TO, type JudgedOrder } from './order.ts'
import { Refusal, demand } from './refusal.ts'

/** The hold or lock in force. `found` leaves it as it is, a lock on a held phone replaces it. */
export interface Outstanding {
  readonly index: number
  readonly act: 'hold' | 'lock'
  readonly auth: string
  /** Force of the last `found`, which may release as well. */
  readonly foundBy: string | null
  readonly okc: Uint8Array | null
  /** When a hold lapses, Unix seconds. */
  readonly exp: number
}

/** What one needs of a device's past to judge its next order. Computed from orders, never the truth itself. */
export interface DeviceState {
  readonly state: State
  readonly ctr: number
  readonly outstanding: Outstanding | null
}

export const ENROLLED: DeviceState = { state: 'protected', ctr: 0, outstanding: null }

/** What a phone is while this order, not lapsed, is in force. */
export function stateUnder({ act, foundBy }: Pick<Outstanding, 'act' | 'foundBy'>): State {
  if (act === 'hold') return 'held'
  return foundBy === null ? 'stolen' : 'recovered'
}

/** A hold whose time is over is no longer there. `now`: cosigned time in seconds, never a wall clock. */
export function lapse(device: DeviceState, now: number): DeviceState {
  const hold = device.state === 'held' && device.outstanding
  if (!hold || now <= hold.exp) return device
  return { ...device, state: 'protected', outstanding: null }
}

/**
 * The next state, or the reason there is none. `t` is the order's log time in ms, `index` its leaf.
 * A void order, and what found or undid it on phones which obeyed it, only raise the counter.
 * @throws {Refusal} replay, wrong-state, of-mismatch, signer-set, owner-key, owner-delay
 */
export function nextState(
  before: DeviceState,
  order: JudgedOrder,
  index: number,
  t: number,
  afterwards: Afterwards = NOTHING_AFTERWARDS,
): DeviceState {
  // A lock says everything itself, and stands without what it continued.
  const followsVoid = order.act !== 'lock' && order.of !== undefined && afterwards.isVoid(order.of)
  if (followsVoid || afterwards.isVoid(index)) return counted(before, order)
  const device = lapse(before, Math.floor(t / 1000))
  demand(order.ctr > device.ctr, 'replay', `counter ${order.ctr} is not above ${device.ctr}`)
  const rule = RULES[order.act]
  const { outstanding } = device
  // Locked again after a release that is void now: both locks stood, and the newer one counts.
  const isLockedAgain =
    order.act === 'lock' &&
    device.state === 'stolen' &&
    outstanding !== null &&
    afterwards.isReopened(outstanding.index)
  demand(
    rule.from.includes(device.state) || isLockedAgain,
    'wrong-state',
    `${order.act} does not follow ${device.state}`,
  )
  // A lock may continue a hold that never reached this phone, or has lapsed here since: a phone that
  // lay behind foil must still obey it. That the hold stood when the lock was logged, the log shows.
  const continues = order.act === 'lock' && (outstanding === null || isLockedAgain)
  if (!continues && (order.of !== undefined || order.act === 'retire'))
    demand(
      order.of === outstanding?.index,
      'of-mismatch',
      'names another order than the one in force',
    )
  if (outstanding && (order.act === 'release' || order.act === 'retire'))
    checkUndo(order, outstanding, t, afterwards.ownerKeys(outstanding.index))
  return { state: rule.to, ctr: order.ctr, outstanding: after(order, index, outstanding) }
}

/** A phone may have obeyed what is void now, so its counter has moved. */
export function counted(device: DeviceState, { ctr }: JudgedOrder): DeviceState {
  return { ...device, ctr: Math.max(device.ctr, ctr) }
}

function after(
  order: JudgedOrder,
  index: number,
  outstanding: Outstanding | null,
): Outstanding | null {
  if (order.act === 'release' || order.act === 'retire') return null
  if (order.act === 'found') return outstanding && { ...outstanding, foundBy: order.auth }
  return outstandingOf(order, order.act, index)
}

/** A hold or lock as what is in force from its leaf on. */
export function outstandingOf(
  order: JudgedOrder,
  act: 'hold' | 'lock',
  index: number,
): Outstanding {
  const { auth, okc, exp } = order
  return { index, act, auth, foundBy: null, okc: okc ?? null, exp }
}

/** The owner key behind an order at log time `t` (ms): the newest recorded one past its delay, else its own. */
export function currentOwnerKey(
  { okc }: Pick<Outstanding, 'okc'>,
  t: number,
  changes: readonly OwnerKeyChange[],
): { readonly okc: Uint8Array | null; readonly change: OwnerKeyChange | null } {
  const change = changes.findLast(({ from }) => from <= t) ?? null
  return { okc: change?.okc ?? okc, change }
}

/**
 * Who may undo: whoever ordered or found, or an ancestor, together with the owner whose key the
 * order, or a later record, committed to. `t` is the log time in ms at which it is undone.
 * @returns the record the owner's key rests on, if it does
 * @throws {Refusal} signer-set, owner-key, owner-delay, fields
 */
export function checkUndo(
  order: JudgedOrder,
  undone: Outstanding,
  t: number,
  changes: readonly OwnerKeyChange[],
): OwnerKeyChange | null {
  if (order.act === 'release') {
    const entitled = [undone.auth, undone.foundBy].some(
      (name) => name !== null && isWithin(name, order.auth),
    )
    demand(entitled, 'signer-set', 'signed by an authority that neither ordered nor found')
    const withdraws = order.to === RELEASED_TO.holdWithdrawn
    demand(!withdraws || undone.act === 'hold', 'fields', 'only a hold is withdrawn')
  }
  const { okc, change } = currentOwnerKey(undone, t, changes)
  demand(
    okc !== null || changes.length > 0,
    'owner-key',
    'no owner key stands behind this order yet',
  )
  demand(order.okey !== undefined, 'fields', `${order.act} needs the owner key`)
  const opened = ownerCommitment(order.okey.salt, order.okey.key)
  if (okc === null || !equal(opened, okc)) {
    const waiting = changes.find((later) => later.from > t && equal(opened, later.okc))
    if (waiting)
      throw new Refusal('owner-delay', 'this owner key still waits', {
        usableAtSeconds: Math.ceil(waiting.from / 1000),
      })
    throw new Refusal('owner-key', 'another owner than the one committed to')
  }
  demand(
    !change?.isForError || order.to === RELEASED_TO.issuedInError,
    'fields',
    'a key recorded because of an error releases as an error',
  )
  return change
}

/** Which acts `of` may name. */
export const CONTINUES: Readonly<Record<Act, readonly ('hold' | 'lock')[]>> = {
  hold: [],
  lock: ['hold', 'lock'],
  found: ['lock'],
  release: ['hold', 'lock'],
  retire: ['lock'],
}
