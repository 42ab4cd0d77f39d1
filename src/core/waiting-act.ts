import type { LoggedOrder } from './in-force.ts'
import { Refusal, demand, type RefusalCode } from './refusal.ts'

/**
 * What whoever snatched an open phone would want done first: erase it, switch its protection off, give
 * it away. Each needs two factors of different kinds, and waits by the registry's clock and by the witnesses'.
 */
export const WAITING_ACTS = ['reset', 'unprotect', 'transfer'] as const
export type WaitingAct = (typeof WAITING_ACTS)[number]

/**
 * How somebody can prove to be the owner of a device, or to be told by him. `phone`: its own key, once
 * the phone has judged a biometric or the unlock secret. `counter`: a certified officer or operator
 * has seen the person. A recovery card is weak: it may stop, and nothing else. There is no text message and no call: whoever moves the SIM has both.
 */
export const FACTORS = ['phone', 'owner-key', 'counter', 'card'] as const
export type Factor = (typeof FACTORS)[number]

const STRONG: readonly Factor[] = ['phone', 'owner-key', 'counter']

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** No wait is shorter, whatever a maker chooses, in ms: the owner needs time to hear of it. */
export const SHORTEST_WAIT = HOUR
/** After one that was stopped, in ms: somebody else may be at it. */
export const WAIT_AFTER_CANCELLED = DAY
/** Where nobody has chosen, ms. */
export const USUAL_WAIT: Readonly<Record<WaitingAct, number>> = {
  reset: DAY,
  unprotect: DAY,
  transfer: HOUR,
}
/** How long a request waits for its second factor, ms. */
export const SECOND_FACTOR_WITHIN = DAY
/** How long what is ready may be used, ms. */
export const USED_WITHIN = 3 * DAY

const PENDING: Readonly<Record<WaitingAct, RefusalCode>> = {
  reset: 'reset-pending',
  unprotect: 'reset-pending',
  transfer: 'transfer-pending',
}
const CANCELLED: Readonly<Record<WaitingAct, RefusalCode>> = {
  reset: 'reset-cancelled',
  unprotect: 'reset-cancelled',
  transfer: 'transfer-cancelled',
}

/** What time it is where a wait is judged, ms. No phone is asked. */
export interface WaitTimes {
  /** The registry's clock. */
  readonly clock: number
  /** Cosigned time: the whole second that the witnesses' quorum named last, 0 where it has named none. */
  readonly cosigned: number
}

/** A cosignature names whole seconds: it was given before the end of that one. */
const SECOND_MS = 999

/** From when on something counts: whichever is ahead, so that a clock set back shortens nothing. */
const begins = ({ clock, cosigned }: WaitTimes) => Math.max(clock, cosigned)

/** What has passed for certain: whichever is behind, so that a clock set forward, even of years, ends no wait. */
const passed = ({ clock, cosigned }: WaitTimes) => Math.min(clock, cosigned + SECOND_MS)

/** One request, as the registry keeps it. Times are ms, never a phone's. */
export interface Wait {
  readonly act: WaitingAct
  readonly first: Factor
  readonly requestedAt: number
  /** Last order about the device when it was asked for, −1 where there was none. */
  readonly afterOrder: number
  /** How long it has to wait from its second factor on, ms. */
  readonly delay: number
  /** It follows one that was stopped, and none has been done since. */
  readonly isAfterCancelled: boolean
  /** Ready no earlier than the one whose place it took. */
  readonly notBefore: number
  /** Null until both factors are there. */
  readonly readyAt: number | null
  readonly end: { readonly how: 'done' | 'cancelled' | 'replaced'; readonly at: number } | null
}

export type WaitStage = 'requested' | 'pending' | 'ready' | 'done' | 'cancelled' | 'expired'

/** Where a request stands. */
export function stageOf(wait: Wait, times: WaitTimes): WaitStage {
  return stageAt(wait, passed(times))
}

function stageAt(wait: Wait, now: number): WaitStage {
  const { end, readyAt, requestedAt } = wait
  if (end !== null) return end.how === 'done' ? 'done' : 'cancelled'
  if (readyAt === null) return now <= requestedAt + SECOND_FACTOR_WITHIN ? 'requested' : 'expired'
  if (now < readyAt) return 'pending'
  return now <= readyAt + USED_WITHIN ? 'ready' : 'expired'
}

/** Something can still become of it. */
export function isOpen(wait: Wait, times: WaitTimes): boolean {
  return isOpenAt(wait, passed(times))
}

const isOpenAt = (wait: Wait, now: number) =>
  ['requested', 'pending', 'ready'].includes(stageAt(wait, now))

/** Only the witnesses' time is lacking: fresh cosignatures may end the wait. */
export function awaitsWitnesses(wait: Wait, { clock, cosigned }: WaitTimes): boolean {
  const { end, readyAt } = wait
  return end === null && readyAt !== null && cosigned + SECOND_MS < readyAt && readyAt <= clock
}

/**
 * How long an act waits, ms. `chosen`: what the maker of the model, or its seller, chose; it stays
 * between an hour and a day.
 */
export function waitFor(act: WaitingAct, isAfterCancelled: boolean, chosen?: number): number {
  const wait = Math.min(DAY, Math.max(SHORTEST_WAIT, chosen ?? USUAL_WAIT[act]))
  return isAfterCancelled ? Math.max(wait, WAIT_AFTER_CANCELLED) : wait
}

/**
 * A new request. A device has one at a time: the one before, if it is open, ends, and its time of
 * readiness stays the earliest.
 * @param before the newest request about this device, of any act
 * @throws {Refusal} proof-too-weak
 */
export function requested(
  before: Wait | null,
  wanted: {
    readonly act: WaitingAct
    readonly first: Factor
    readonly afterOrder: number
    readonly chosen?: number | undefined
  },
  times: WaitTimes,
): { readonly wait: Wait; readonly before: Wait | null } {
  const { act, first, afterOrder, chosen } = wanted
  const now = begins(times)
  demandStrong(first)
  const isAfterCancelled = before !== null && leavesCaution(before)
  const open = before !== null && isOpen(before, times) ? before : null
  return {
    wait: {
      act,
      first,
      requestedAt: now,
      afterOrder,
      delay: waitFor(act, isAfterCancelled, chosen),
      isAfterCancelled,
      notBefore: open ? Math.max(open.notBefore, open.readyAt ?? 0) : 0,
      readyAt: null,
      end: null,
    },
    before: open && { ...open, end: { how: 'replaced', at: now } },
  }
}

function leavesCaution({ end, isAfterCancelled }: Wait): boolean {
  return end?.how === 'cancelled' || (isAfterCancelled && end?.how !== 'done')
}

/**
 * The second factor: of another kind than the first, and strong. From here the delay runs.
 * @throws {Refusal} proof-too-weak, second-factor-needed, reset-cancelled, transfer-cancelled, wrong-state
 */
export function confirmed(wait: Wait, second: Factor, times: WaitTimes): Wait {
  demandStrong(second)
  const isOther = second !== wait.first
  demand(isOther, 'second-factor-needed', 'one factor twice is still one factor')
  demandNotOver(wait, times)
  demand(stageOf(wait, times) === 'requested', 'wrong-state', 'both factors are there already')
  return { ...wait, readyAt: Math.max(wait.notBefore, begins(times) + wait.delay) }
}

/** Ends it; any proof will do. @throws {Refusal} wrong-state: there is nothing to stop */
export function cancelled(wait: Wait, times: WaitTimes): Wait {
  demand(isOpen(wait, times), 'wrong-state', 'nothing is waiting')
  return { ...wait, end: { how: 'cancelled', at: times.clock } }
}

/** Refuses until the time has come, by both. @throws {Refusal} second-factor-needed, reset-pending … */
export function demandReady(wait: Wait, times: WaitTimes): void {
  demandNotOver(wait, times)
  const stage = stageOf(wait, times)
  demand(stage !== 'requested', 'second-factor-needed', 'a second factor from elsewhere is missing')
  if (stage === 'pending')
    throw new Refusal(PENDING[wait.act], 'the waiting time is not over', {
      readyAtSeconds: Math.ceil(wait.readyAt! / 1000),
    })
}

/** It was done. @throws {Refusal} as `demandReady` */
export function done(wait: Wait, times: WaitTimes): Wait {
  demandReady(wait, times)
  return { ...wait, end: { how: 'done', at: times.clock } }
}

/**
 * A hold or lock logged since ends a request that was open then, whoever asked for it: the phone may
 * have been in a thief's hand when the delay began.
 * @param orders about the device, in log order
 */
export function stoppedBy(wait: Wait, orders: readonly LoggedOrder[], times: WaitTimes): Wait {
  // An entry that a false clock has stamped years ahead finds no request run out by then.
  const when = (t: number) => Math.min(t, passed(times))
  const stop = orders.find(
    ({ index, order, t }) =>
      index > wait.afterOrder &&
      (order.act === 'hold' || order.act === 'lock') &&
      isOpenAt(wait, when(t)),
  )
  return stop ? { ...wait, end: { how: 'cancelled', at: stop.t } } : wait
}

function demandStrong(factor: Factor): void {
  demand(STRONG.includes(factor), 'proof-too-weak', 'this proof may stop it, and nothing else')
}

function demandNotOver(wait: Wait, times: WaitTimes): void {
  demand(isOpen(wait, times), CANCELLED[wait.act], 'it was stopped, done, or has run out')
}
