import type { Signer } from '../../core/index.ts'
import { indicesOf, refs, setBitsHash, type Governed } from './indices.ts'
import { setBits } from './nv-commands.ts'
import { PolicySession } from './policy-session.ts'
import { signedStatement } from './policy.ts'
import { show } from './raise-bits.ts'
import { approve, keysOf, type GrantSigners } from './sign-grants.ts'
import type { Tpm } from './tpm.ts'

/** Who takes part when a phone is made; each signs for this phone alone. */
export interface Founders extends GrantSigners {
  readonly approver: Signer
}

/**
 * The first write of each index of bits, which is to no bit at all: the term first, since the others'
 * policies look at it. All sign for their session's nonce: without, their signatures would clear an
 * index that somebody defined anew.
 */
export async function writeFirst(tpm: Tpm, governed: Governed, founders: Founders): Promise<void> {
  const { device } = governed
  const indices = indicesOf(governed)
  await PolicySession.during(tpm, async (session) => {
    const cpHash = setBitsHash(indices.term, 0n)
    const ref = refs.term(device)
    const key = founders.approver.key
    const signature = founders.approver.sign(signedStatement({ nonce: session.nonce, cpHash, ref }))
    await session.signed({ key, ref, cpHash, signature, isFresh: true })
    await setBits(tpm, { handle: indices.term.handle, session: session.handle }, 0n)
  })
  const mandate = approve(founders.approver, governed, keysOf(founders))
  for (const act of ['lock', 'release'] as const) {
    const { [act]: index } = indices
    const cpHash = setBitsHash(index, 0n)
    await PolicySession.during(tpm, async (session) => {
      const sign = (side: keyof GrantSigners, ref: Uint8Array) =>
        founders[side].sign(signedStatement({ nonce: session.nonce, cpHash, ref }))
      const police = sign('police', refs.police(act, device))
      const owner = act === 'lock' ? null : sign('owner', refs.owner(device))
      await show(session, governed, mandate, { act, police, owner, cpHash, isFresh: true })
      await setBits(tpm, { handle: index.handle, session: session.handle }, 0n)
    })
  }
}
