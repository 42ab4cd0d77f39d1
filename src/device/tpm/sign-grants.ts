import type { Signer } from '../../core/index.ts'
import { bitOf } from './bits.ts'
import type { Grant, Mandate } from './grants.ts'
import {
  grantPolicy,
  refs,
  setBitsHash,
  writtenIndices,
  type Act,
  type GrantKeys,
  type Governed,
} from './indices.ts'
import { approvedStatement, signedStatement } from './policy.ts'
import { EMPTY } from './writer.ts'

/** Both sides of a grant, where they are at hand: each signs on its own in the field. */
export interface GrantSigners {
  readonly police: Signer
  readonly owner: Signer
}

export function keysOf({ police, owner }: GrantSigners): GrantKeys {
  return { police: police.key, owner: owner.key }
}

/** The approver says whose grants count for this phone, in the term after those that ended. */
export function approve(
  approver: Signer,
  governed: Governed,
  keys: GrantKeys,
  ends: readonly Uint8Array[] = [],
): Mandate {
  const word = (act: Act) => {
    const policy = grantPolicy(act, governed, keys, ends.length)
    return approver.sign(approvedStatement(policy, refs.approve(act, governed.device)))
  }
  return { keys, approvals: { lock: word('lock'), release: word('release') }, ends }
}

/** The approver ends a term on this phone: whoever had a mandate for it has none from then on. */
export function endTerm(approver: Signer, governed: Governed, term: number): Uint8Array {
  const cpHash = setBitsHash(writtenIndices(governed).term, bitOf(term))
  return approver.sign(signedStatement({ nonce: EMPTY, cpHash, ref: refs.term(governed.device) }))
}

/**
 * One side's signature for one bit. To be given only after its order is logged and cosigned: the phone
 * obeys the order, and this only puts the order where software does not reach.
 */
export function signGrant(
  side: keyof GrantSigners,
  { act, number }: Pick<Grant, 'act' | 'number'>,
  governed: Governed,
  signer: Signer,
): Uint8Array {
  const { device } = governed
  const cpHash = setBitsHash(writtenIndices(governed)[act], bitOf(number))
  const ref = side === 'police' ? refs.police(act, device) : refs.owner(device)
  return signer.sign(signedStatement({ nonce: EMPTY, cpHash, ref }))
}

/** A whole grant, where both sides are at hand. */
export function makeGrant(
  act: Act,
  number: number,
  governed: Governed,
  signers: GrantSigners,
): Grant {
  const bit = { act, number }
  const police = signGrant('police', bit, governed, signers.police)
  const owner = act === 'lock' ? null : signGrant('owner', bit, governed, signers.owner)
  return { ...bit, police, owner }
}
