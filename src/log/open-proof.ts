import { openCheckpoint, type VerifiedCheckpoint } from './checkpoint.ts'
import { leafHash, verifyInclusion } from './merkle.ts'
import type { VerifyEd25519 } from './note-key.ts'
import type { Policy } from './policy.ts'
import { parseProof } from './proof.ts'
import { checkQuorum, logKeys, type Quorum } from './quorum.ts'
import type { Source } from './text.ts'

/** An entry shown to stand in a log that the policy believes. */
export interface LoggedEntry {
  readonly index: number
  readonly checkpoint: VerifiedCheckpoint
  readonly quorum: Quorum
}

/**
 * That `entry` is public: log line, quorum, then inclusion, in the order in which a verifier
 * reports what failed first. Needs no network.
 * @throws {Refusal} proof-malformed; log-unknown, log-signature; note-signature, witness-quorum,
 * guardian-quorum; not-included
 */
export function openProof(options: {
  /** The `.tlog-proof` text. */
  readonly proof: Source
  /** The entry's bytes, not its hash. */
  readonly entry: Uint8Array
  readonly policy: Policy
  readonly verify: VerifyEd25519
}): LoggedEntry {
  const { entry, policy, verify } = options
  const proof = parseProof(options.proof)
  const checkpoint = openCheckpoint(proof.checkpoint, logKeys(policy), verify)
  const quorum = checkQuorum(checkpoint, policy, verify)
  const { index, hashes } = proof
  const { size, root } = checkpoint
  verifyInclusion({ index, size, leaf: leafHash(entry), proof: hashes, root })
  return { index, checkpoint, quorum }
}
