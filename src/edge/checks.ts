import { Refusal, type Imei14 } from '../core/index.ts'
import type { ListedState } from './register.ts'
import { verdictOf, type UnknownPolicy, type Verdict } from './verdict.ts'

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
  readonly state: ListedState
  readonly asker: Asker
}

export interface JudgeOptions {
  readonly unknown: UnknownPolicy
  /** False before the first verified snapshot. */
  readonly isReady: () => boolean
  readonly stateOf: (imei14: Imei14) => ListedState | undefined
  readonly onSeen: (seen: Seen) => void
}

export function makeJudge({ unknown, isReady, stateOf, onSeen }: JudgeOptions): Judge {
  return ({ imei14, svn, asker }) => {
    if (!isReady()) throw new Refusal('unavailable', 'no snapshot has been verified yet')
    const verdict = verdictOf(imei14 === null ? undefined : stateOf(imei14), unknown)
    if (verdict.seen !== null && imei14 !== null)
      onSeen({ imei14, svn, state: verdict.seen, asker })
    return verdict
  }
}
