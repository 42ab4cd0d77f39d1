import type { Outcome } from './counters.ts'
import type { ListedState } from './register.ts'

/** What the operator answers about a device no order in force names. */
export const UNKNOWN_POLICIES = ['whitelist', 'greylist', 'not-found'] as const
export type UnknownPolicy = (typeof UNKNOWN_POLICIES)[number]

/** EquipmentStatus of TS 29.511; null is the answer that there is none: ERROR_EQUIPMENT_UNKNOWN. */
export type Status = 'WHITELISTED' | 'GREYLISTED' | 'BLACKLISTED'

export interface Verdict {
  readonly status: Status | null
  readonly outcome: Outcome
  /** What a sighting says; null where none is written. */
  readonly seen: ListedState | null
}

const verdict = (status: Status | null, outcome: Outcome, seen: ListedState | null = null) => ({
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

export function verdictOf(state: ListedState | undefined, unknown: UnknownPolicy): Verdict {
  return state === undefined ? UNKNOWN[unknown] : LISTED[state]
}
