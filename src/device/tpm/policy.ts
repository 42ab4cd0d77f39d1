import { concat, sha256 } from '../../core/index.ts'
import { CC } from './codes.ts'
import { u16, u32 } from './writer.ts'

/** A policy digest, 32 bytes. Plain hashes: Part 3 §23, no trial session needed. */
export type Digest = Uint8Array

/** What a policy session begins with, and what PolicyOR and PolicyAuthorize begin again from. */
export const NO_POLICY: Digest = new Uint8Array(32)

/** Whoever holds that key has signed, under that reference. */
export function policySigned(before: Digest, keyName: Uint8Array, ref: Uint8Array): Digest {
  return sha256(concat(sha256(concat(before, u32(CC.policySigned), keyName)), ref))
}

/** That key has approved the policy fulfilled so far, whichever it is. */
export function policyAuthorize(keyName: Uint8Array, ref: Uint8Array): Digest {
  return sha256(concat(sha256(concat(NO_POLICY, u32(CC.policyAuthorize), keyName)), ref))
}

/** One of two to eight. */
export function policyOr(branches: readonly Digest[]): Digest {
  return sha256(concat(NO_POLICY, u32(CC.policyOr), ...branches))
}

/** The index holds a value that compares so. */
export interface Comparison {
  readonly nvName: Uint8Array
  readonly operand: Uint8Array
  /** A value of `COMPARE`. */
  readonly operation: number
}

export function policyNv(before: Digest, { nvName, operand, operation }: Comparison): Digest {
  const args = sha256(concat(operand, u16(0), u16(operation)))
  return sha256(concat(before, u32(CC.policyNv), args, nvName))
}

export function policyCpHash(before: Digest, cpHash: Uint8Array): Digest {
  return sha256(concat(before, u32(CC.policyCpHash), cpHash))
}

/** A command with exactly these handles and parameters: Part 1 §16.7. */
export function cpHash(
  code: number,
  names: readonly Uint8Array[],
  parameters: Uint8Array,
): Uint8Array {
  return sha256(concat(u32(code), ...names, parameters))
}

/** What the signer of PolicySigned signs; without a nonce it holds for ever, expiration is 0. */
export function signedStatement(statement: {
  readonly nonce: Uint8Array
  readonly cpHash: Uint8Array
  readonly ref: Uint8Array
}): Uint8Array {
  return concat(statement.nonce, u32(0), statement.cpHash, statement.ref)
}

/** What the approver of PolicyAuthorize signs. */
export function approvedStatement(policy: Digest, ref: Uint8Array): Uint8Array {
  return concat(policy, ref)
}
