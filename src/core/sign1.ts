import { equal } from './bytes.ts'
import { Fields, asArray, asBytes, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { kidOf, type PublicKey, type Signer, type VerifyEs256 } from './crypto.ts'
import type { ContentType } from './cose.ts'
import { demand } from './refusal.ts'

const EMPTY = new Uint8Array(0)

/** A document one party signs alone: COSE_Sign1, RFC 9052 §4.2. */
export interface CoseSign1 {
  readonly contentType: ContentType
  readonly kid: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

const header = (contentType: ContentType, kid: Uint8Array) =>
  encodeCbor(
    new Map<number, CborValue>([
      [1, -7],
      [3, contentType],
      [4, kid],
    ]),
  )

const signedBytes = (bodyProtected: Uint8Array, payload: Uint8Array) =>
  encodeCbor(['Signature1', bodyProtected, EMPTY, payload])

/** @returns the deterministic bytes of the signed document */
export function sign1(contentType: ContentType, payload: CborValue, signer: Signer): Uint8Array {
  const bytes = encodeCbor(payload)
  const bodyProtected = header(contentType, kidOf(signer.key))
  const signature = signer.sign(signedBytes(bodyProtected, bytes))
  return encodeCbor([bodyProtected, new Map(), bytes, signature])
}

/** The same by a key that lies in a chip, which takes its time. */
export async function sign1With(
  contentType: ContentType,
  payload: CborValue,
  key: PublicKey,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const bytes = encodeCbor(payload)
  const bodyProtected = header(contentType, kidOf(key))
  const signature = await sign(signedBytes(bodyProtected, bytes))
  return encodeCbor([bodyProtected, new Map(), bytes, signature])
}

/**
 * Reads without verifying: the kid says whose key to fetch. Of several content types any will do.
 * @throws {Refusal} malformed, not-canonical, alg, too-large
 */
export function parseSign1(bytes: Uint8Array, ...contentTypes: readonly ContentType[]): CoseSign1 {
  const [bodyProtected, unprotected, payload, signature] = asArray(decodeCbor(bytes), 4)
  const protectedBytes = asBytes(bodyProtected)
  const fields = new Fields(decodeCbor(protectedBytes, 128))
  demand(fields.has(1) && fields.take(1) === -7, 'alg', 'expected ES256 in the protected header')
  const contentType = contentTypes.find((known) => known === fields.take(3))
  const expected = `expected content type ${contentTypes.join(' or ')}`
  demand(contentType !== undefined, 'malformed', expected)
  const kid = fields.bytes(4, 8)
  fields.done()
  demand(unprotected instanceof Map && unprotected.size === 0, 'malformed', 'unprotected header')
  return {
    contentType,
    kid,
    payload: asBytes(payload),
    signature: asBytes(signature, 64, 'signature'),
  }
}

/** @returns the payload, verified. @throws {Refusal} signature */
export function verifySign1(cose: CoseSign1, key: PublicKey, verify: VerifyEs256): CborValue {
  demand(equal(cose.kid, kidOf(key)), 'signature', 'signed with another key')
  const signed = signedBytes(header(cose.contentType, cose.kid), cose.payload)
  demand(verify(key, signed, cose.signature), 'signature', 'the signature does not verify')
  return decodeCbor(cose.payload)
}
