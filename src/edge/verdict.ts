import type { ListedState } from '../core/index.ts'
import type { Outcome } from './counters.ts'
import type { LocalWord } from './local-list/local-list.ts'

/** What the operator answers about a device no order in force names. */
export const UNKNOWN_POLICIES = ['whitelist', 'greylist', 'not-found'] as const
export type UnknownPolicy = (typeof UNKNOWN_POLICIES)[number]

/** EquipmentStatus of TS 29.511; null is the answer that there is none: ERROR_EQUIPMENT_UNKNOWN. */
export type Status = 'WHITELISTED' | 'GREYLISTED' | 'BLACKLISTED'

/** What a sighting says: the state of the number, or what identity records made of it. */
export type SeenState = ListedState | 'conflict' | 'override'

export interface Verdict {
  readonly status: Status | null
  readonly outcome: Outcome
  /** What a sighting says; null where none is written. */
  readonly seen: SeenState | null
}

const verdict = (status: Status | null, outcome: Outcome, seen: SeenState | null = null) => ({
  status,
  outcome,
  seen,
})

/** A hold is tracked and never blocked. */
const LISTED: Readonly<Record<ListedState, Verdict>> = {
  stolen: verdict('BLACKLISTED', 'stolen', 'stolen'),
  recovered: verdict('BLACKLISTED', 'recovered', 'recovered'),
  retired: verdict('BLACKLISTED', 'retired', 'retired'),
  held: verdict('GREYLISTED', 'held', 'held'),
  released: verdict('WHITELISTED', 'released'),
}

const UNKNOWN: Readonly<Record<UnknownPolicy, Verdict>> = {
  whitelist: verdict('WHITELISTED', 'unknown_as_white'),
  greylist: verdict('GREYLISTED', 'unknown_as_grey'),
  'not-found': verdict(null, 'unknown'),
}

const CONFLICT = verdict('GREYLISTED', 'conflict', 'conflict')
const OVERRIDE = verdict('WHITELISTED', 'override', 'override')
/** An honest phone that nothing is said against is nobody's business. */
const UNSEEN_OVERRIDE = verdict('WHITELISTED', 'override')

/** The operator's own word. What the log says of the phone is sighted all the same. */
const local = (status: Status, seen: SeenState | null) => verdict(status, 'local', seen)
const LOCAL_STATUS: Readonly<Record<LocalWord, Status>> = {
  white: 'WHITELISTED',
  grey: 'GREYLISTED',
  black: 'BLACKLISTED',
}

/** What the logs say of a number and of whoever wears it, and what the operator says. */
export interface Said {
  readonly state: ListedState | undefined
  /** The number with this very subscriber, by a pair that stands in the log. */
  readonly isHonestPair: boolean
  readonly isInConflict: boolean
  readonly local: LocalWord | undefined
}

/**
 * First match decides: pair, black, the operator's black, grey, the operator's grey or white, released,
 * unknown. So neither a hold nor a conflict ever lightens a block, and nothing but a logged pair does
 * (A45, A89).
 */
export function verdictOf(
  { state, isHonestPair, isInConflict, local: word }: Said,
  unknown: UnknownPolicy,
): Verdict {
  const isListed = state !== undefined && LISTED[state].seen !== null
  const known = state === undefined ? UNKNOWN[unknown] : LISTED[state]
  const ofNumber = isInConflict && !isListed ? CONFLICT : known
  if (isHonestPair) return ofNumber.seen === null ? UNSEEN_OVERRIDE : OVERRIDE
  if (word === undefined || ofNumber.status === 'BLACKLISTED') return ofNumber
  if (word !== 'black' && ofNumber.seen !== null) return ofNumber
  return local(LOCAL_STATUS[word], ofNumber.seen)
}
