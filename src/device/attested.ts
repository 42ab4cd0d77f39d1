import {
  modelOf,
  oemIdOf,
  parseDocument,
  parseRoot,
  tacOf,
  type Eat,
  type PublicKey,
} from '../core/index.ts'
import type { Factory } from './factory.ts'
import { stateOf, type Attestation } from './secure-store.ts'

/** What a phone says of itself, whatever its store is made of. */
export function eatOf(
  dak: PublicKey,
  factory: Factory,
  { nonce, record, boot, owner = record.owner ?? undefined, parts = [], unbound = [] }: Attestation,
): Eat {
  const { state, ctr, outstanding } = stateOf(record)
  return {
    nonce,
    dak,
    imeis: factory.imeis,
    oemId: oemIdOf(boot.measured.key),
    model: modelOf(tacOf(factory.imeis[0]!)),
    bootVerified: boot.isMakers,
    bootCount: boot.count,
    bootSeed: boot.seed,
    measured: boot.measured,
    state,
    ctr,
    outstanding: outstanding?.index ?? null,
    rootVersion: rootVersion(record.root),
    owner: owner ?? null,
    isProtected: record.isProtected,
    parts,
    unbound,
  }
}

/** @throws {Refusal} malformed, not-canonical … : no root document */
export function rootVersion(root: Uint8Array): number {
  return parseRoot(parseDocument(root, 'application/stolen-root+cbor').payload).version
}
