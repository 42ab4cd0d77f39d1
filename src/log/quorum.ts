import { Refusal } from '../core/refusal.ts'
import type { VerifiedCheckpoint } from './checkpoint.ts'
import type { NoteKey, VerifyEd25519 } from './note-key.ts'
import { verifyLines } from './open-note.ts'
import { NO_QUORUM, type Policy } from './policy.ts'

/** A witness of the policy whose cosignature verified. */
export interface Cosigner {
  /** Its name in the policy. */
  readonly name: string
  readonly key: NoteKey
  /** When it says it cosigned, seconds since 1970. */
  readonly timeSeconds: number
}

/** That a policy's quorum is met, by whom, and what time it proves. */
export interface Quorum {
  readonly cosigners: readonly Cosigner[]
  /**
   * T, the verifier's lower bound of time in seconds since 1970: the smallest time among the
   * cosignatures that make up the quorum, taking the latest that suffice. With k of n, fewer than
   * k liars cannot move it into the future and a stuck clock does not hold it back. Null only under
   * `quorum none`.
   */
  readonly timeSeconds: number | null
}

/** A group of this name holds the guardians: lacking just them has its own refusal. */
export const GUARDIANS = 'guardians'

/** The log keys of a policy, for `openCheckpoint`. */
export function logKeys(policy: Policy): NoteKey[] {
  return policy.logs.map((log) => log.key)
}

/**
 * Verifies the cosignatures of a checkpoint and counts them against the policy.
 * @throws {Refusal} note-signature: a known cosigner's line does not verify; guardian-quorum: only
 * the group `guardians` is lacking; witness-quorum: anything else is
 */
export function checkQuorum(
  checkpoint: VerifiedCheckpoint,
  policy: Policy,
  verify: VerifyEd25519,
): Quorum {
  const keys = policy.witnesses.map((witness) => witness.key)
  const cosigners: Cosigner[] = []
  for (const { key, timeSeconds } of verifyLines(checkpoint.note, keys, verify)) {
    const witness = policy.witnesses.find((known) => known.key === key)
    if (witness !== undefined && timeSeconds !== null)
      cosigners.push({ name: witness.name, key, timeSeconds })
  }
  if (policy.quorum === NO_QUORUM) return { cosigners, timeSeconds: null }
  const timeSeconds = quorumTime(policy, cosigners)
  if (timeSeconds === undefined) throw lacking(policy, cosigners)
  return { cosigners, timeSeconds }
}

/** Which refusal it is that these cosigners do not make the policy's quorum. */
function lacking(policy: Policy, cosigners: readonly Cosigner[]): Refusal {
  const onlyGuardians = quorumTime(policy, cosigners, GUARDIANS) !== undefined
  const code = onlyGuardians ? 'guardian-quorum' : 'witness-quorum'
  const message = `${cosigners.length} of ${policy.witnesses.length} cosigners, no quorum`
  return new Refusal(code, message, { cosigners: cosigners.length })
}

/** Whether these members of the policy, by name, would make its quorum if they cosigned. */
export function wouldBeQuorum(policy: Policy, names: Iterable<string>): boolean {
  if (policy.quorum === NO_QUORUM) return true
  const present = new Set(names)
  const cosigners = policy.witnesses
    .filter(({ name }) => present.has(name))
    .map(({ name, key }) => ({ name, key, timeSeconds: 0 }))
  return quorumTime(policy, cosigners) !== undefined
}

/** When the quorum was reached: a group's time is the k-th latest of its members'. */
function quorumTime(
  policy: Policy,
  cosigners: readonly Cosigner[],
  grantedGroup?: string,
): number | undefined {
  const times = new Map(cosigners.map(({ name, timeSeconds }) => [name, timeSeconds]))
  // Groups name only what stands above them, so one pass settles them all.
  for (const { name, threshold, members } of policy.groups) {
    const reached = members.flatMap((member) => times.get(member) ?? []).toSorted((a, b) => b - a)
    const time = name === grantedGroup ? Infinity : reached[threshold - 1]
    if (time !== undefined) times.set(name, time)
  }
  return times.get(policy.quorum)
}
