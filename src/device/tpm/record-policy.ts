import { COMPARE } from './codes.ts'
import { writtenIndices, type Governed } from './indices.ts'
import { nvName } from './nv-index.ts'
import type { PolicySession } from './policy-session.ts'
import { NO_POLICY, policyNv, type Digest } from './policy.ts'
import { u64Of } from './writer.ts'

const STANDS = { operand: u64Of(0n), operation: COMPARE.notBelow }

/**
 * The record key's policy: the two lock indices stand, and are this phone's. It holds in every state,
 * since a locked phone must still say who locked it, and judge its release.
 */
export function recordPolicy(governed: Governed): Digest {
  const { lock, release } = writtenIndices(governed)
  const first = policyNv(NO_POLICY, { nvName: nvName(lock), ...STANDS })
  return policyNv(first, { nvName: nvName(release), ...STANDS })
}

/** @throws {Refusal} store */
export async function showStanding(session: PolicySession, governed: Governed): Promise<void> {
  const { lock, release } = writtenIndices(governed)
  await session.nv(lock.handle, STANDS)
  await session.nv(release.handle, STANDS)
}
