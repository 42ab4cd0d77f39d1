import {
  asArray,
  asBytes,
  decodeCbor,
  demand,
  encodeCbor,
  equal,
  type PublicKey,
  type VerifyEs256,
} from '../../core/index.ts'
import { GENERATED, TAG } from './codes.ts'
import { writtenIndices, type Governed } from './indices.ts'
import { locksBehind } from './lock-bits.ts'
import { nvCertify, type Attested } from './nv-commands.ts'
import { nvName, type NvIndex } from './nv-index.ts'
import { Reader } from './reader.ts'
import type { Tpm } from './tpm.ts'

/** Four statements of some 200 bytes each, with their signatures. */
const MAX_PROOF_BYTES = 2048

/** What a TPM has said of a phone's store, for whoever asked with that nonce. */
export interface StateProof {
  readonly lock: bigint
  readonly release: bigint
  /** Whether the boot key stays where it is. */
  readonly isLocked: boolean
  /** Bits of the terms that ended. */
  readonly term: bigint
  /** Of the counter index, its base included. */
  readonly counter: bigint
  /** How often the TPM was switched on. */
  readonly resetCount: number
}

/** Only what is read first may rise before the next is read, so R comes first: see `verifyStateProof`. */
const ORDER = ['release', 'lock', 'term', 'counter'] as const

/** @throws {Refusal} store */
export async function proveState(
  tpm: Tpm,
  key: number,
  governed: Governed,
  nonce: Uint8Array,
): Promise<Uint8Array> {
  const indices = writtenIndices(governed)
  const parts: Uint8Array[][] = []
  for (const which of ORDER) {
    const { statement, signature } = await nvCertify(tpm, key, indices[which], nonce)
    parts.push([statement, signature])
  }
  return encodeCbor([1, ...parts])
}

export interface ProofAsked {
  /** The asker's, 32 bytes. */
  readonly nonce: Uint8Array
  readonly governed: Governed
  /** The restricted key of that phone's TPM, from whoever made the phone. */
  readonly attestationKey: PublicKey
  readonly verify: VerifyEs256
}

/**
 * Verifies a proof from far away. R was read before L: if they agree, then L held no more when R was
 * read, and the phone was free; if they differ, it is locked, or was released a moment ago.
 * @throws {Refusal} malformed, signature, token-nonce: another question's; token-wrong-device: another
 * phone's indices; store: what no TPM says
 */
export function verifyStateProof(bytes: Uint8Array, asked: ProofAsked): StateProof {
  const [version, ...parts] = asArray(decodeCbor(bytes, MAX_PROOF_BYTES), ORDER.length + 1)
  demand(version === 1, 'malformed', 'expected a proof of version 1')
  const indices = writtenIndices(asked.governed)
  const [release, lock, term, counter] = ORDER.map((which, i) => {
    const [statement, signature] = asArray(parts[i], 2)
    const attested = { statement: asBytes(statement), signature: asBytes(signature, 64) }
    return verifyStatement(attested, indices[which], asked)
  }) as [Stated, Stated, Stated, Stated]
  const stated = [release, lock, term, counter]
  const isOneRun = stated.every(({ resets }) => resets === release.resets)
  const isInOrder = stated.every(({ clock }, i) => i === 0 || stated[i - 1]!.clock <= clock)
  demand(isOneRun && isInOrder, 'malformed', 'statements of different moments')
  return {
    lock: lock.value,
    release: release.value,
    isLocked: locksBehind({ lock: lock.value, release: release.value }) === null,
    term: term.value,
    counter: counter.value,
    resetCount: release.resetCount,
  }
}

interface Stated {
  readonly value: bigint
  readonly clock: bigint
  readonly resetCount: number
  /** Of resets and restarts: equal within one run. */
  readonly resets: string
}

/** TPMS_ATTEST with TPMS_NV_CERTIFY_INFO: Part 2 §10.12. */
function verifyStatement({ statement, signature }: Attested, index: NvIndex, asked: ProofAsked) {
  const verified = asked.verify(asked.attestationKey, statement, signature)
  demand(verified, 'signature', 'not signed by the attestation key')
  const reader = new Reader(statement)
  const isOwn = reader.u32() === GENERATED && reader.u16() === TAG.nvAttest
  demand(isOwn, 'store', 'no statement of a tpm about an index')
  reader.sized(66)
  demand(equal(reader.sized(64), asked.nonce), 'token-nonce', 'an answer to another question')
  const clock = reader.u64()
  const [resetCount, restartCount] = [reader.u32(), reader.u32()]
  reader.take(1 + 8)
  demand(equal(reader.sized(66), nvName(index)), 'token-wrong-device', 'another index')
  demand(reader.u16() === 0, 'store', 'not from its beginning')
  const contents = reader.sized(8)
  demand(contents.length === 8, 'store', 'not all of it')
  reader.done()
  const value = new DataView(contents.buffer).getBigUint64(0)
  return { value, clock, resetCount, resets: `${resetCount}.${restartCount}` }
}
