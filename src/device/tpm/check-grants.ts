import { demand, type PublicKey, type VerifyEs256 } from '../../core/index.ts'
import { bitOf } from './bits.ts'
import type { Grant, Grants } from './grants.ts'
import { grantPolicy, refs, setBitsHash, writtenIndices, type Governed } from './indices.ts'
import { approvedStatement, signedStatement } from './policy.ts'
import { EMPTY } from './writer.ts'

/**
 * All signatures of grants, before the TPM is asked for the first bit. The TPM decides; but it would
 * decide one by one, and a lock that it takes before a release that it refuses leaves an open phone
 * shut. @throws {Refusal} signature
 */
export function checkGrants(
  governed: Governed,
  { mandate, grants }: Grants,
  verify: VerifyEs256,
): void {
  const { approver, device } = governed
  const { keys, approvals, ends } = mandate
  const indices = writtenIndices(governed)
  const holds = (key: PublicKey, message: Uint8Array, signature: Uint8Array) =>
    demand(verify(key, message, signature), 'signature', 'a grant that nobody entitled signed')
  const setting = (which: Grant['act'] | 'term', number: number, ref: Uint8Array) =>
    signedStatement({ nonce: EMPTY, cpHash: setBitsHash(indices[which], bitOf(number)), ref })

  ends.forEach((end, term) => holds(approver, setting('term', term, refs.term(device)), end))
  for (const act of ['lock', 'release'] as const) {
    const policy = grantPolicy(act, governed, keys, ends.length)
    holds(approver, approvedStatement(policy, refs.approve(act, device)), approvals[act])
  }
  for (const { act, number, police, owner } of grants) {
    holds(keys.police, setting(act, number, refs.police(act, device)), police)
    if (owner) holds(keys.owner, setting(act, number, refs.owner(device)), owner)
  }
}
