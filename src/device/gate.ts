import type { Contact, GateLanguage, Message, State, WaitingAct } from '../core/index.ts'
import type { NoticeWhat } from '../wire/index.ts'
import { stateOf, type StoreRecord } from './secure-store.ts'
import type { RefusedPart } from './parts/fitting.ts'

/** What stands on the glass of a phone that does not open. */
export interface LockScreen {
  readonly kind: Exclude<State, 'protected'>
  /** Name of the authority whose order this is. */
  readonly authority: string
  /** Where anybody finds the order in the public log. */
  readonly index: number
  /** Unix seconds at which a hold lapses by itself; null for everything else. */
  readonly until: number | null
  /** How the public reaches that authority. */
  readonly contact: Contact | null
  readonly message: Message
  /** What its owner had it speak; null: nothing. */
  readonly language: GateLanguage | null
  /** Of his report, to tell police; null: he gave none. */
  readonly reference: string | null
}

/** What is asked for and waits, on the glass of an open phone: why, until when, how to stop it. */
export interface WaitingNotice {
  readonly what: NoticeWhat
  readonly act: WaitingAct | null
  /** RFC 3339, by the registry's clock; null where nothing is known yet. */
  readonly until: string | null
  readonly text: string
}

interface Home {
  readonly kind: 'home'
  /** Left out where there is nothing to tell. */
  readonly notice?: WaitingNotice
}

/** A part of the phone was refused: emergency calls, and the page on which it can be paired. */
export interface RestrictedScreen {
  readonly kind: 'restricted'
  readonly parts: readonly RefusedPart[]
}

export type Screen = Home | { readonly kind: 'activation-needed' } | RestrictedScreen | LockScreen

export type ScreenKind = Screen['kind']

const HOME: Screen = { kind: 'home' }
const ACTIVATION_NEEDED: Screen = { kind: 'activation-needed' }

/**
 * The boot gate: what comes up at power-on, and at any moment after. No network, no clock, no server
 * in this path (docs/spec/device-protocol.md §7).
 * @param record null when the secure store is unreadable or dead: as after a reset, never free
 * @param activated whether the user storage holds what the store sealed at activation
 * @param opened whether the owner opened a held phone since it was switched on
 * @param refused parts in it that may not be there
 */
export function gate(
  record: StoreRecord | null,
  activated: boolean,
  opened: boolean,
  refused: readonly RefusedPart[] = [],
): Screen {
  if (record === null) return ACTIVATION_NEEDED
  const { state, outstanding } = stateOf(record)
  const opens = state === 'protected' || (state === 'held' && opened)
  if (opens && refused.length > 0) return { kind: 'restricted', parts: refused }
  if (opens) return activated ? HOME : ACTIVATION_NEEDED
  const by = outstanding ?? record.last
  return {
    kind: state as LockScreen['kind'],
    authority: (state === 'recovered' && outstanding?.foundBy) || by?.auth || 'unknown',
    index: by?.index ?? 0,
    until: state === 'held' ? (outstanding?.exp ?? null) : null,
    contact: record.contact,
    message: record.words?.said?.message ?? record.message,
    language: record.words?.said?.language ?? null,
    reference: record.words?.said?.reference ?? null,
  }
}

/** Dialled in every state, with and without SIM, with a dead secure store: TS 22.101 §10. */
export const EMERGENCY_NUMBERS: readonly string[] = ['112', '911', '999', '000']

/** The dialler sits before the gate; exactly these numbers pass, whatever is hung onto them. */
export function mayCall(number: string, screen: ScreenKind): boolean {
  return EMERGENCY_NUMBERS.includes(number) || screen === 'home'
}
