import { Refusal, type Imei14, type ListedState } from '../core/index.ts'
import type { LocalWord } from './local-list/local-list.ts'
import { verdictOf, type SeenState, type UnknownPolicy, type Verdict } from './verdict.ts'

/** Who asks, by the operator's own list of peers: never by what a message says of itself. */
export interface Asker {
  /** Its name in counters; sightings of a phone are folded by it. */
  readonly peer: string
  /** Where its network stands: ISO 3166 country, PLMN. */
  readonly country: string
  readonly network: string
}

/** One question of a network, over whichever interface it came. */
export interface Check {
  /** Null: a device without an IMEI, behind a line or an access point. */
  readonly imei14: Imei14 | null
  /** Two digits of an IMEISV. */
  readonly svn: string | null
  /** 6 to 15 digits, where the network says whose SIM it is. Never leaves this machine. */
  readonly imsi: string | null
  readonly asker: Asker
}

/** The one place where all interfaces get their word. @throws {Refusal} unavailable: no verdict at all */
export type Judge = (check: Check) => Verdict

/** A check that found a listed phone. */
export interface Seen {
  readonly imei14: Imei14
  readonly svn: string | null
  readonly state: SeenState
  readonly asker: Asker
}

/** What identity records say of numbers. */
export interface IdentityView {
  /** Whether this subscriber honestly wears this number: exactly these digits, and no others. */
  isHonestPair(imei14: Imei14, imsi: string): boolean
  isInConflict(imei14: Imei14): boolean
}

/** For whoever follows no identity records. */
const NO_IDENTITIES: IdentityView = { isHonestPair: () => false, isInConflict: () => false }

export interface JudgeOptions {
  readonly unknown: UnknownPolicy
  /** False before the first verified snapshot. */
  readonly isReady: () => boolean
  readonly stateOf: (imei14: Imei14) => ListedState | undefined
  readonly identities?: IdentityView
  /** The operator's own list. */
  readonly localWordOf?: (imei14: Imei14) => LocalWord | undefined
  readonly onSeen: (seen: Seen) => void
  /** Told of every verdict about a phone with a number. */
  readonly onAnswered?: (check: Check & { readonly imei14: Imei14 }, verdict: Verdict) => void
}

export function makeJudge(options: JudgeOptions): Judge {
  const { unknown, isReady, stateOf, identities = NO_IDENTITIES, onSeen, onAnswered } = options
  const { localWordOf = () => undefined } = options
  const said = (imei14: Imei14, imsi: string | null) => ({
    state: stateOf(imei14),
    // A network that does not say whose SIM it is gets the word about the number.
    isHonestPair: imsi !== null && identities.isHonestPair(imei14, imsi),
    isInConflict: identities.isInConflict(imei14),
    local: localWordOf(imei14),
  })
  return (check) => {
    if (!isReady()) throw new Refusal('unavailable', 'no snapshot has been verified yet')
    const { imei14, svn, imsi, asker } = check
    if (imei14 === null) return verdictOf(NOTHING, unknown)
    const verdict = verdictOf(said(imei14, imsi), unknown)
    if (verdict.seen !== null) onSeen({ imei14, svn, state: verdict.seen, asker })
    onAnswered?.({ ...check, imei14 }, verdict)
    return verdict
  }
}

const NOTHING = { state: undefined, isHonestPair: false, isInConflict: false, local: undefined }
