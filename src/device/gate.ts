import type { State } from '../core/index.ts'
import { stateOf, type StoreRecord } from './secure-store.ts'

/** What stands on the glass of a phone that does not open. */
export interface LockScreen {
  readonly kind: Exclude<State, 'protected'>
  /** Name of the authority whose order this is. */
  readonly authority: string
  /** Where anybody finds the order in the public log. */
  readonly index: number
  /** Unix seconds at which a hold lapses by itself; null for everything else. */
  readonly until: number | null
  readonly appeal: string
}

export type Screen = { readonly kind: 'home' } | { readonly kind: 'activation-needed' } | LockScreen

export type ScreenKind = Screen['kind']

const HOME: Screen = { kind: 'home' }
const ACTIVATION_NEEDED: Screen = { kind: 'activation-needed' }

/** Said on every screen that does not open: nobody on it asks for money, account or password. */
export const APPEAL =
  'Is this your phone? Ask any police force or the public check to look up this entry of the log ' +
  'and say "this is my phone". It costs nothing, the answer is in writing, and a second force ' +
  'decides if the first refuses. A phone you found is collected free of charge.'

/**
 * The boot gate: what comes up at power-on, and at any moment after. No network, no clock, no server
 * in this path (device.md §2).
 * @param record null when the secure store is unreadable or dead: as after a reset, never free
 * @param activated whether the user storage holds what the store sealed at activation
 * @param opened whether the owner opened a held phone since it was switched on
 */
export function gate(record: StoreRecord | null, activated: boolean, opened: boolean): Screen {
  if (record === null) return ACTIVATION_NEEDED
  const { state, outstanding } = stateOf(record)
  const opens = state === 'protected' || (state === 'held' && opened)
  if (opens) return activated ? HOME : ACTIVATION_NEEDED
  const by = outstanding ?? record.last
  return {
    kind: state as LockScreen['kind'],
    authority: (state === 'recovered' && outstanding?.foundBy) || by?.auth || 'unknown',
    index: by?.index ?? 0,
    until: state === 'held' ? (outstanding?.exp ?? null) : null,
    appeal: APPEAL,
  }
}

/** Dialled in every state, with and without SIM, with a dead secure store: TS 22.101 §10. */
export const EMERGENCY_NUMBERS: readonly string[] = ['112', '911', '999', '000']

/** The dialler sits before the gate; exactly these numbers pass, whatever is hung onto them. */
export function mayCall(number: string, screen: ScreenKind): boolean {
  return EMERGENCY_NUMBERS.includes(number) || screen === 'home'
}
