import { sha256 } from '@noble/hashes/sha2.js'
import { Fields, encodeCbor, type CborValue } from './cbor.ts'
import { demand } from './refusal.ts'

export { sha256 }

/** A P-256 public key as COSE has it: two coordinates of 32 bytes. */
export interface PublicKey {
  readonly x: Uint8Array
  readonly y: Uint8Array
}

/**
 * ES256 verification (P-256, SHA-256, r‖s of 64 bytes). Answers false for a key off the curve or a
 * signature of another length; never throws. Pure rooms get it from their host: 40 times faster there.
 */
export type VerifyEs256 = (key: PublicKey, message: Uint8Array, signature: Uint8Array) => boolean

/** Somebody who signs ES256: a key in memory, a file, a token. */
export interface Signer {
  readonly key: PublicKey
  sign(message: Uint8Array): Uint8Array
}

/** COSE_Key of RFC 9053 §7.1, coordinates never compressed. */
export function coseKey(key: PublicKey): CborValue {
  return new Map<number, CborValue>([
    [1, 2],
    [-1, 1],
    [-2, key.x],
    [-3, key.y],
  ])
}

/** @throws {Refusal} malformed: another curve, a compressed point, a stray parameter */
export function parseCoseKey(value: CborValue | undefined): PublicKey {
  const fields = new Fields(value)
  demand(fields.take(1) === 2 && fields.take(-1) === 1, 'malformed', 'expected a P-256 key')
  const key = { x: fields.bytes(-2, 32), y: fields.bytes(-3, 32) }
  fields.done()
  return key
}

/** RFC 9679: SHA-256 over the deterministic COSE_Key. 32 bytes; the identity of a device key. */
export function thumbprint(key: PublicKey): Uint8Array {
  return sha256(encodeCbor(coseKey(key)))
}

/** The first 8 bytes of the thumbprint. It only points to a key of the chain. */
export function kidOf(key: PublicKey): Uint8Array {
  return thumbprint(key).slice(0, 8)
}
