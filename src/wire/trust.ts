import {
  Authorities,
  parseDocument,
  readRoot,
  stepRoot,
  type RootDocument,
  type VerifyEs256,
} from '../core/index.ts'
import { parsePolicy, type Policy, type VerifyEd25519 } from '../log/index.ts'

/** The two signature checks, from the host. */
export interface Verifiers {
  readonly es256: VerifyEs256
  readonly ed25519: VerifyEd25519
}

/** What a verifier starts from: one root document, and what follows from it. */
export interface Trust {
  readonly root: RootDocument
  /** What a hold, lock or retirement needs. */
  readonly guarded: Policy
  /** What everything else needs. */
  readonly plain: Policy
  readonly verify: Verifiers
}

/** @throws {Refusal} policy-malformed */
export function trustOf(root: RootDocument, verify: Verifiers): Trust {
  return {
    root,
    guarded: parsePolicy(root.guardedPolicy),
    plain: parsePolicy(root.plainPolicy),
    verify,
  }
}

/** From the file every party is given by hand. @throws {Refusal} malformed, not-canonical, root-threshold, policy-malformed */
export function readTrust(rootFile: Uint8Array, verify: Verifiers): Trust {
  return trustOf(readRoot(rootFile, verify.es256), verify)
}

/**
 * From the root document one knows, version by version, to the last of `roots`.
 * @throws {Refusal} malformed, not-canonical, root-rollback, root-threshold, policy-malformed
 */
export function walkRoots(roots: readonly Uint8Array[], given: Trust): Trust {
  let root = given.root
  for (const bytes of roots)
    root = stepRoot(root, parseDocument(bytes, 'application/stolen-root+cbor'), given.verify.es256)
  return root === given.root ? given : trustOf(root, given.verify)
}

/** An empty set of authorities under this trust's root. */
export function emptyAuthorities(trust: Trust): Authorities {
  return new Authorities(trust.root, trust.verify.es256)
}
