import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import type { PublicKey, Signer, VerifyEs256 } from './crypto.ts'
import { parseImei14, type Imei14 } from './imei.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'

/** A seller's word that one phone has left the shop. Until then a phone whose maker asked for it activates nowhere. */
export interface FirstSale {
  /** Either of the phone's numbers. */
  readonly imei: Imei14
  /** Unix seconds. */
  readonly at: number
}

const TYPE = 'application/stolen-sale+cbor'

export function signSale(sale: FirstSale, seller: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, sale.imei],
    [3, sale.at],
  ])
  return sign1(TYPE, payload, seller)
}

/**
 * Reads and verifies. Whether that key may sell is the caller's to ask.
 * @throws {Refusal} malformed, not-canonical, alg, signature, imei-digits
 */
export function readSale(bytes: Uint8Array, seller: PublicKey, verify: VerifyEs256): FirstSale {
  const cose = parseSign1(bytes, TYPE)
  verifySign1(cose, seller, verify)
  const fields = new Fields(decodeCbor(cose.payload, 64))
  demand(fields.uint(1) === 1, 'malformed', 'expected sale version 1')
  const sale = { imei: parseImei14(fields.text(2)), at: fields.uint(3) }
  fields.done()
  return sale
}
