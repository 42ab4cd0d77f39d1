import {
  MAX_TOKEN_SECONDS,
  checkStatusToken,
  demand,
  equal,
  type Authorities,
  type Expected,
  type StatusToken,
  type VerifyEs256,
} from '../core/index.ts'
import { checkQuorum, logKeys, openCheckpoint } from '../log/index.ts'
import type { Trust } from './trust.ts'

/** What a phone knows when a token arrives, and what came beside it. */
export interface SettingUp extends Expected {
  /** The tree that the token speaks of, cosigned: the text of a note. */
  readonly checkpoint: string
  readonly trust: Trust
  /** Origin of the log it is at home in; until it is enrolled, any of the policy's. */
  readonly home: string | null
}

/** A token that sets a phone up. */
export interface SetUp extends StatusToken {
  /** Cosigned time of its tree, Unix seconds: the phone's lower bound from now on. */
  readonly now: number
}

/**
 * Whether a status token sets this phone up: it is the phone's, and its tree is one that witnesses have
 * seen lately. Else a registry that was frozen, or a copy of it from before a theft, could go on setting up
 * with what it knew then. @throws {Refusal} as `checkStatusToken` · note-malformed, checkpoint-malformed,
 * note-signature, log-unknown, log-signature · witness-quorum · not-consistent: the witnesses saw another
 * tree · token-expired: by their time, or their lines are older than any token
 */
export function verifySetUp(
  bytes: Uint8Array,
  authorities: Authorities,
  phone: SettingUp,
  verify: VerifyEs256,
): SetUp {
  const token = checkStatusToken(bytes, authorities, phone, verify)
  const { plain, verify: verifiers } = phone.trust
  const tree = openCheckpoint(phone.checkpoint, logKeys(plain), verifiers.ed25519)
  const isHome = phone.home === null || tree.origin === phone.home
  demand(isHome, 'log-unknown', 'the tree of another log')
  const { timeSeconds } = checkQuorum(tree, plain, verifiers.ed25519)
  const isIts = tree.size === token.treeSize && equal(tree.root, token.root)
  demand(isIts, 'not-consistent', 'the witnesses saw another tree than the token speaks of')
  const seen = timeSeconds ?? 0
  demand(token.exp >= seen, 'token-expired', 'the token had expired when witnesses saw its tree')
  const isFresh = token.exp - seen <= MAX_TOKEN_SECONDS
  demand(isFresh, 'token-expired', 'witnesses have not seen this tree for a day')
  return { ...token, now: Math.max(phone.now, seen) }
}
