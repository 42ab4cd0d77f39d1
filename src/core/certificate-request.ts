import { ROLES, type Role } from './acts.ts'
import { Fields, asText, decodeCbor, type CborValue } from './cbor.ts'
import { parseName, parseUse, type Certificate } from './certificate.ts'
import { coseKey, parseCoseKey, type Signer, type VerifyEs256 } from './crypto.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'

/**
 * "I hold this key and ask to be certified for it." What the holder may do is not in it: that is the
 * issuer's to say.
 */
export type CertificateRequest = Pick<Certificate, 'sub' | 'role' | 'use' | 'key'>

const TYPE = 'application/stolen-request+cbor'

/** The request, signed by its own key: nobody asks for a key he does not hold. */
export function signCertificateRequest(
  { sub, role, use }: Omit<CertificateRequest, 'key'>,
  signer: Signer,
): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, sub],
    [3, role],
    [4, use],
    [5, coseKey(signer.key)],
  ])
  return sign1(TYPE, payload, signer)
}

/** @returns the request, its own signature verified. @throws {Refusal} malformed, not-canonical, alg, too-large, signature */
export function readCertificateRequest(bytes: Uint8Array, verify: VerifyEs256): CertificateRequest {
  const cose = parseSign1(bytes, TYPE)
  const fields = new Fields(decodeCbor(cose.payload, 1024))
  demand(fields.uint(1) === 1, 'malformed', 'expected request version 1')
  const sub = parseName(fields.text(2))
  const wanted = fields.text(3)
  const role: Role | undefined = ROLES.find((known) => known === wanted)
  demand(role !== undefined, 'malformed', 'no such role')
  const named = fields.take(4)
  const use = named === null ? null : parseUse(asText(named))
  const key = parseCoseKey(fields.take(5))
  fields.done()
  const belongs = (use !== null) === (role === 'force')
  demand(belongs, 'malformed', 'a use belongs to a force, and to nobody else')
  verifySign1(cose, key, verify)
  return { sub, role, use, key }
}
