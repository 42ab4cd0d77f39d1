import { demand } from '../../core/index.ts'
import { bitOf, rowLength, rowOf } from './bits.ts'
import { COMPARE } from './codes.ts'
import type { Grant, Grants, Mandate } from './grants.ts'
import {
  grantPolicy,
  refs,
  setBitsHash,
  writtenIndices,
  type Act,
  type Governed,
} from './indices.ts'
import { readBits, readValue } from './lock-bits.ts'
import { setBits } from './nv-commands.ts'
import { PolicySession } from './policy-session.ts'
import type { Tpm } from './tpm.ts'
import { u64Of } from './writer.ts'

/**
 * Ends the terms that are over, then raises the bits that are not up yet. Whatever came before a grant
 * that is refused stays: bits only rise, and the same grants can come again.
 * @throws {Refusal} store: a mandate of a term that is over, or what the TPM refused
 */
export async function raiseBits(tpm: Tpm, governed: Governed, grants: Grants): Promise<void> {
  await endTerms(tpm, governed, grants.mandate.ends)
  const bits = await readBits(tpm, governed)
  for (const grant of grants.grants)
    if ((bits[grant.act] & bitOf(grant.number)) === 0n)
      await raise(tpm, governed, grants.mandate, grant)
}

async function endTerms(tpm: Tpm, governed: Governed, ends: Mandate['ends']): Promise<void> {
  const { handle } = writtenIndices(governed).term
  const now = rowLength(await readValue(tpm, writtenIndices(governed).term))
  demand(now !== null && now <= ends.length, 'store', 'a mandate of a term that is over')
  for (let term = now; term < ends.length; term++) {
    const cpHash = setBitsHash(writtenIndices(governed).term, bitOf(term))
    await PolicySession.during(tpm, async (session) => {
      const by = { key: governed.approver, ref: refs.term(governed.device) }
      await session.signed({ ...by, cpHash, signature: ends[term]! })
      await setBits(tpm, { handle, session: session.handle }, bitOf(term))
    })
  }
}

async function raise(tpm: Tpm, governed: Governed, mandate: Mandate, grant: Grant): Promise<void> {
  const { act, number } = grant
  const index = writtenIndices(governed)[act]
  const cpHash = setBitsHash(index, bitOf(number))
  await PolicySession.during(tpm, async (session) => {
    await show(session, governed, mandate, { ...grant, cpHash })
    await setBits(tpm, { handle: index.handle, session: session.handle }, bitOf(number))
  })
}

/** What is shown for one command on one index. */
export interface Shown {
  readonly act: Act
  readonly police: Uint8Array
  readonly owner: Uint8Array | null
  readonly cpHash: Uint8Array
  /** Whether the signatures cover this session's nonce. */
  readonly isFresh?: boolean
}

/** Shows that the term lasts, then the signatures, then the approver's word for whoever made them. */
export async function show(
  session: PolicySession,
  governed: Governed,
  { keys, approvals, ends }: Mandate,
  { act, police, owner, cpHash, isFresh = false }: Shown,
): Promise<void> {
  const { approver, device } = governed
  const term = { operand: u64Of(rowOf(ends.length)), operation: COMPARE.equal }
  await session.nv(writtenIndices(governed).term.handle, term)
  const common = { cpHash, isFresh }
  const ref = refs.police(act, device)
  await session.signed({ ...common, key: keys.police, ref, signature: police })
  if (owner !== null) {
    const own = { key: keys.owner, ref: refs.owner(device), signature: owner }
    await session.signed({ ...common, ...own })
  }
  await session.authorized({
    key: approver,
    ref: refs.approve(act, device),
    policy: grantPolicy(act, governed, keys, ends.length),
    signature: approvals[act],
  })
}
