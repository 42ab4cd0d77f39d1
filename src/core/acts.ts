/** The closed list of what an order can say. There is no wildcard, no wipe, no locate, no read. */
export const ACTS = ['hold', 'lock', 'found', 'release', 'retire'] as const
export type Act = (typeof ACTS)[number]

/** What a certificate can allow: the acts of orders, and the honest pair, which is an identity record. */
export const POWERS = [...ACTS, 'pair'] as const
export type Power = (typeof POWERS)[number]

/** What is counted against the caps of everybody in the signers' chains. */
export const CAPPED = ['hold', 'lock', 'retire', 'pair'] as const satisfies readonly Power[]

export const STATES = ['protected', 'held', 'stolen', 'recovered', 'retired'] as const
export type State = (typeof STATES)[number]

/** Which quorum an order needs before anybody obeys: mercy is easier than force. */
export type Quorum = 'guarded' | 'plain'

/** What a certificate's holder is (trust: authorities, field −70004). */
export const ROLES = [
  'national',
  'force',
  'officer',
  'intake',
  'repairer',
  'recycler',
  'operator',
  'registry',
  'maker',
  'seller',
] as const
export type Role = (typeof ROLES)[number]

/** Who signs in one slot: a certified role, or the device's owner, whose key the order itself opens. */
export type SlotSigner = { readonly roles: readonly Role[] } | 'owner'

const force: SlotSigner = { roles: ['force'] }
const officer: SlotSigner = { roles: ['officer'] }

interface ActRule {
  readonly slots: readonly SlotSigner[]
  readonly from: readonly State[]
  readonly to: State
  readonly quorum: Quorum
  readonly capped: boolean
  /** Longest exp − nbf in seconds. */
  readonly window: number
}

const DAY = 86_400

/** The longest a hold may last, in seconds: 72 hours. */
export const HOLD_SECONDS = 3 * DAY

/**
 * One row per act: slots in order, transition, quorum, cap. A release's first slot is whoever issued
 * what it undoes, or an ancestor; the ledger compares names.
 */
export const RULES: Readonly<Record<Act, ActRule>> = {
  hold: {
    slots: [{ roles: ['intake', 'force'] }],
    from: ['protected'],
    to: 'held',
    quorum: 'guarded',
    capped: true,
    window: HOLD_SECONDS,
  },
  lock: {
    slots: [force, officer, officer],
    from: ['protected', 'held', 'recovered'],
    to: 'stolen',
    quorum: 'guarded',
    capped: true,
    window: 7 * DAY,
  },
  found: {
    slots: [force, officer],
    from: ['stolen'],
    to: 'recovered',
    quorum: 'plain',
    capped: false,
    window: 7 * DAY,
  },
  release: {
    slots: [{ roles: ['intake', 'force', 'national'] }, 'owner'],
    from: ['held', 'stolen', 'recovered'],
    to: 'protected',
    quorum: 'plain',
    capped: false,
    window: 7 * DAY,
  },
  retire: {
    slots: [{ roles: ['force', 'recycler'] }, 'owner'],
    from: ['protected', 'recovered'],
    to: 'retired',
    quorum: 'guarded',
    capped: true,
    window: 7 * DAY,
  },
}
