import type { Act, PartType, RefusalCode, State, WhyPartRefused } from '../core/index.ts'
import type { Feature, Move } from './protocol.ts'

/** Areas of the case ids: SM-<area>-<number>, stable for ever. */
export const AREAS = {
  ENR: 'enrolment',
  ACT: 'activation',
  BOO: 'boot gate',
  ORD: 'orders and bundles',
  OFF: 'offline',
  RST: 'reset protection',
  TRF: 'change of owner',
  PRT: 'parts',
  CLK: 'clocks',
  IDN: 'identity and numbers',
  EMG: 'emergency calls',
  SCR: 'screens',
  STO: 'secure store',
} as const
export type Area = keyof typeof AREAS

export type Level = 'must' | 'should' | 'may'

/**
 * A case is data. Names stand for what the runner draws afresh: `as` names an order it signs, and
 * whatever speaks of that order later uses the name.
 */
export interface Case {
  readonly id: `SM-${Area}-${string}`
  readonly level: Level
  readonly title: string
  /** Numbers of the demands of docs/spec/conformance.md, and of the attacks of docs/attacks.md. */
  readonly demands: readonly number[]
  readonly attacks: readonly number[]
  readonly requires?: readonly Feature[]
  /** `set-up`: enrolled with an owner's key, activated, on. `boxed`: as from the factory, off. */
  readonly given: 'set-up' | 'boxed'
  readonly steps: readonly Step[]
}

/** What is wrong with a bundle or its order, each one fault alone. */
export type Bend =
  | 'no-guardians'
  | 'one-guardian'
  | 'one-witness'
  | 'bent-cosignature'
  | 'bent-proof'
  | 'one-officer'
  | 'officer-twice'
  | 'forged-signature'
  | 'unknown-signers'
  | 'owner-only'
  | 'police-only'
  | 'another-owner'
  | 'issuing-key'
  | 'no-certificates'
  | 'never-logged'
  | 'foreign-log'
  | 'other-country-log'
  | 'impostor-log'
  | 'another-device'
  | 'number-only'
  | 'another-opening'
  | 'root-of-others'
  | 'root-skipped'
  | 'not-canonical'
  | 'cut-short'
  | 'oversized'
  | 'no-order'
  | 'bent-byte'

/** What is wrong with a sale. */
export type SaleBend =
  | 'offered-by-thief'
  | 'another-device'
  | 'one-witness'
  | 'recorded-by-maker'
  | 'another-salt'
  | 'never-logged'

/** Who vouches for a part that the suite makes; `donor`: it was built into another phone. */
export type PartFrom = 'spare' | 'donor' | 'void-batch' | 'stranger' | 'nobody'

/** What the phone that has a part has become. */
export type DonorIs = State

/** What is wrong with a list of stolen parts. */
export type ListBend =
  | 'stranger'
  | 'signed-by-maker'
  | 'no-guardians'
  | 'one-witness'
  | 'other-country-log'
  | 'another-tree'
  | 'another-list'

/** Whose key: the one the phone was enrolled with, or another drawn for this case. */
export type Person = 'owner' | 'buyer' | 'rival'

/** How the registry answers beside the truth. */
export type Lie =
  | 'token-other-device'
  | 'token-other-nonce'
  | 'token-expired'
  | 'token-smaller-tree'
  | 'token-frozen-tree'
  | 'token-lower-counter'
  | 'token-not-free'
  | 'token-one-signature'
  | 'token-signed-twice'
  | 'token-strangers'
  | 'token-officers'
  | 'token-other-country'
  | 'token-always'
  | 'ticket-other-device'
  | 'ticket-other-nonce'
  | 'ticket-other-act'
  | 'ticket-other-counter'
  | 'ticket-expired'
  | 'ticket-always'
  | 'ticket-stranger'
  | 'ticket-maker'
  | 'pairing-other-device'
  | 'pairing-other-part'
  | 'pairing-other-nonce'
  | 'pairing-expired'
  | 'pairing-smaller-tree'
  | 'pairing-stranger'
  | 'pairing-maker'
  | 'home-unknown'
  | 'home-abroad'

export type Step =
  // ── what the suite does on its own ──
  /** Signs, logs and cosigns an order about the phone. `of`: name of the order it continues. */
  | {
      readonly do: 'issue'
      readonly act: Act
      readonly as: string
      readonly ctr: number
      readonly of?: string
      /** Seconds from log time to `exp`; an hour where none is given. */
      readonly lasts?: number
      readonly bend?: Bend
      /** Whose phone it is by then. */
      readonly owner?: Person
      /** Proved by a checkpoint that is cosigned that many seconds later than the order was logged. */
      readonly provedAfter?: number
      /** The registry has it too, and hands it to a phone that asks. */
      readonly told?: true
    }
  /** Both sign, the registry records it in the log. */
  | {
      readonly do: 'sell'
      readonly as: string
      readonly from: Person
      readonly to: Person
      readonly bend?: SaleBend
      /** The registry hands it to the phone that asks. */
      readonly told?: true
    }
  | { readonly do: 'log-time'; readonly seconds: number }
  | { readonly do: 'network'; readonly is: 'up' | 'down' }
  | { readonly do: 'registry'; readonly lies: Lie | null }
  /** The owner's key, on another device, confirms or stops what waits. */
  | { readonly do: 'owner'; readonly says: 'confirm' | 'stop' }
  /** Makes a part, which lies beside the phone. `copied`: it answers in the phone it belongs to as well. */
  | {
      readonly do: 'part'
      readonly as: string
      readonly type: PartType
      readonly from: PartFrom
      readonly copied?: true
    }
  /** What becomes of the phone that has the part. */
  | { readonly do: 'donor'; readonly of: string; readonly is: DonorIs }
  /** The owner gives a part away. `spent`: another phone has used it. */
  | {
      readonly do: 'part-release'
      readonly as: string
      readonly of: string
      readonly by?: 'anybody'
      readonly spent?: true
    }
  /** A list of stolen parts, of the log as it is: made ones, or `own`, the phone's own display. */
  | {
      readonly do: 'part-list'
      readonly as: string
      readonly names: readonly string[]
      readonly bend?: ListBend
      /** The registry has it too, and gives it to a phone that asks. */
      readonly told?: true
    }
  // ── what is asked of the phone ──
  | ({ readonly do: 'power'; readonly to: 'on' | 'off' | 'pull' } & Expected)
  | ({ readonly do: 'reboot'; readonly times?: number } & Expected)
  | ({ readonly do: 'enrol'; readonly owner?: 'another' } & Expected)
  | ({ readonly do: 'activate' | 'sync' | 'stop-waiting' | 'hang-up' | 'look' } & Expected)
  | ({ readonly do: 'deliver'; readonly order: string } & Expected)
  | ({ readonly do: 'hand-over'; readonly sale: string } & Expected)
  | ({ readonly do: 'reset'; readonly how: 'menu' | 'recovery' } & Shown & Expected)
  | ({ readonly do: 'ask'; readonly act: 'reset' | 'unprotect' } & Shown & Expected)
  | ({ readonly do: 'protection'; readonly on: boolean } & Shown & Expected)
  | ({ readonly do: 'unlock' } & Shown & Expected)
  | ({ readonly do: 'call'; readonly number: string } & Expected)
  | ({
      readonly do: 'attach'
      readonly slot: 0 | 1
      readonly answer: RegisterWord
      readonly emergency?: true
    } & Expected)
  /**
   * Off, opened, and on again with that part in its place: one that was made, its own, or one that
   * shows its own part's number and signs nothing, or its last answer.
   */
  | ({
      readonly do: 'fit'
      readonly type: PartType
      readonly part: Misfit | (string & {})
    } & Expected)
  /** The same in every place it has; `foreign`: spares of its maker. */
  | ({ readonly do: 'fit-all'; readonly parts: 'own' | 'foreign' } & Expected)
  | ({ readonly do: 'pair'; readonly type: PartType; readonly release?: string } & Expected)
  /** Its owner gives a part away. */
  | ({ readonly do: 'give'; readonly type: PartType } & Expected)
  | ({ readonly do: 'take-list'; readonly list: string } & Expected)
  | ({ readonly do: 'glass'; readonly language: string } & Expected)
  /** Somebody carries it home, or away from there. */
  | ({ readonly do: 'place'; readonly home: boolean } & Expected)
  | ({ readonly do: 'run'; readonly seconds: number } & Expected)
  /** Set to log time plus that many seconds. */
  | ({ readonly do: 'clock'; readonly off: number } & Expected)
  | ({ readonly do: 'keep' | 'read' } & Expected)
  | ({ readonly do: 'thief'; readonly move: Move } & Expected)
  | ({ readonly do: 'cut'; readonly writes: number } & Expected)

/** What the person at the phone could show it; nothing where it is left out. `sms`: a code that came to this very phone. */
interface Shown {
  readonly with?: readonly ('passcode' | 'biometric' | 'sms')[]
}

/** What may sit in a place beside a part of the suite's. */
export type Misfit = 'own' | 'number' | 'answer'

/** What a restricted phone says of a part. */
export interface PartSaid {
  readonly code: RefusalCode
  readonly why?: WhyPartRefused
  readonly authority?: 'force'
  /** End of the hold on the phone that has this part. */
  readonly until?: string
  /** In a sentence that people can read. */
  readonly inWords?: true
}

export type RegisterWord = 'WHITELISTED' | 'GREYLISTED' | 'BLACKLISTED' | 'unknown'

export type ScreenKind = Exclude<State, 'protected'> | 'home' | 'activation-needed' | 'restricted'

/** What the judge wants to see after a step. Never sent to the adapter. */
export interface Expected {
  /**
   * Nothing is refused where none is given. `some`: refused, whatever the code; `any`: refused or
   * not, only what follows counts.
   */
  readonly refusal?: RefusalCode | 'some' | 'any'
  /** Kind of screen, or several of which one must show; null: off. */
  readonly screen?: ScreenKind | readonly ScreenKind[] | null
  /** What a lock screen must say. */
  readonly shows?: {
    readonly order?: string
    readonly authority?: 'force' | 'intake'
    readonly until?: string
    readonly appeal?: true
    /** That something waits, and how to stop it. */
    readonly notice?: boolean
    /** What it says of a part that may not be there, and of no other. */
    readonly part?: PartSaid
  }
  /** A statement under the phone's key reached the registry in this step, and says this. */
  readonly attested?: {
    readonly state: State
    readonly ctr: number
    readonly owner?: Person
    readonly imeis?: true
    readonly isProtected?: boolean
    readonly outstanding?: string | null
    /** What sits in the place of its display and is bound: its own, a part that was made, or nothing. */
    readonly display?: 'own' | (string & {}) | null
  }
  /** Nothing reached the registry. */
  readonly silent?: true
  readonly calling?: string | null
  /** What the user kept is what is read. */
  readonly kept?: boolean
  /** A release of its part, by phone and owner, out of the binding it was made with. */
  readonly gives?: true
  /** What its glass offers whoever finds it. */
  readonly glass?: {
    /** The telephone number of the authority that locked it. */
    readonly telephone?: true
    /** A code to scan, under its key, that names the order. */
    readonly code?: string
    /** Other lines than in English. */
    readonly translated?: true
  }
  readonly admitted?: boolean
  /** The register was asked about the number of this slot; null: it was not asked. */
  readonly asked?: 0 | 1 | null
}
