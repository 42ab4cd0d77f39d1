import { Fields, asBytes, decodeCbor, demand, encodeCbor, type CborValue } from '../core/index.ts'

/**
 * A change of owner that proves itself: the buyer's proof of purchase, and what his phone obeys. Holds
 * two public keys and the device's, and nothing about people.
 */
export interface SaleProof {
  /** Opens the record's place in the batch. */
  readonly salt: Uint8Array
  /** As `encodeSale` made it. */
  readonly record: Uint8Array
  /** The log entry: a batch of type `sales` that stands for this one record. */
  readonly entry: Uint8Array
  /** Certificates of the registry that signed the batch, root side first. */
  readonly certificates: readonly Uint8Array[]
  /** tlog-proof text with a cosigned checkpoint. */
  readonly proof: string
  /** Newer root documents, in order. */
  readonly roots: readonly Uint8Array[]
}

/** Largest proof of a sale, without its root documents, in bytes. */
const MAX_SALE_PROOF_BYTES = 32_768
const MAX_PROOF = 16_384
const MAX_CERTIFICATES = 16
const MAX_ROOTS = 256
const MAX_ROOT_BYTES = 16_384

export function encodeSaleProof(sale: SaleProof): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, 1],
      [2, sale.salt],
      [3, sale.record],
      [4, sale.entry],
      [5, [...sale.certificates]],
      [6, sale.proof],
      [7, [...sale.roots]],
    ]),
  )
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function parseSaleProof(bytes: Uint8Array): SaleProof {
  const fields = new Fields(decodeCbor(bytes, MAX_SALE_PROOF_BYTES + MAX_ROOTS * MAX_ROOT_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected version 1')
  const sale = {
    salt: fields.bytes(2, 32),
    record: fields.bytes(3),
    entry: fields.bytes(4),
    certificates: fields.array(5).map((item) => asBytes(item)),
    proof: fields.text(6, MAX_PROOF),
    roots: fields.array(7).map((item) => asBytes(item)),
  }
  fields.done()
  const roots = sale.roots.reduce((sum, root) => sum + root.length, 0)
  const isSmall = bytes.length - roots <= MAX_SALE_PROOF_BYTES
  demand(isSmall, 'too-large', `more than ${MAX_SALE_PROOF_BYTES} bytes`)
  const { length } = sale.certificates
  demand(length <= MAX_CERTIFICATES, 'too-large', 'more certificates than a chain has')
  demand(sale.roots.length <= MAX_ROOTS, 'too-large', 'more root documents than anyone walks')
  return sale
}
