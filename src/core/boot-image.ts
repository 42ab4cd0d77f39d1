import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import type { PublicKey, Signer, VerifyEs256 } from './crypto.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'

/** What a phone started, as its boot loader measured it before anything of it ran. */
export interface Measured {
  /** Thumbprint of the verified-boot key: whose images this phone takes for its own. 32 bytes. */
  readonly key: Uint8Array
  /** SHA-256 of the system image. */
  readonly image: Uint8Array
}

const TYPE = 'application/stolen-image+cbor'

/** The maker's reference value: which system image its phones start. @param image SHA-256 of it */
export function signImage(image: Uint8Array, maker: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, image],
  ])
  return sign1(TYPE, payload, maker)
}

/** @returns SHA-256 of the image. @throws {Refusal} malformed, not-canonical, alg, signature */
export function readImage(bytes: Uint8Array, maker: PublicKey, verify: VerifyEs256): Uint8Array {
  const cose = parseSign1(bytes, TYPE)
  verifySign1(cose, maker, verify)
  const fields = new Fields(decodeCbor(cose.payload, 128))
  demand(fields.uint(1) === 1, 'malformed', 'expected a reference value of version 1')
  const image = fields.bytes(2, 32)
  fields.done()
  return image
}
