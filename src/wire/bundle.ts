import { Fields, asBytes, decodeCbor, encodeCbor, demand, type CborValue } from '../core/index.ts'

/**
 * An order that proves itself offline: it travels by any carrier and is as valid as online.
 */
export interface Bundle {
  /** The log entry, byte for byte. */
  readonly entry: Uint8Array
  /** Certificates of the signers' chains, root side first. */
  readonly certificates: readonly Uint8Array[]
  /** tlog-proof text with a cosigned checkpoint. */
  readonly proof: string
  readonly opening: Uint8Array
  /** Newer root documents, in order. */
  readonly roots: readonly Uint8Array[]
}

/** Largest bundle, without its root documents, in bytes. */
export const MAX_BUNDLE_BYTES = 16_384
const MAX_PROOF = 16_384
const MAX_CERTIFICATES = 16
const MAX_ROOTS = 256

export function encodeBundle(bundle: Bundle): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, bundle.entry],
      [2, [...bundle.certificates]],
      [3, bundle.proof],
      [4, bundle.opening],
      [5, [...bundle.roots]],
    ]),
  )
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function parseBundle(bytes: Uint8Array): Bundle {
  const fields = new Fields(decodeCbor(bytes, MAX_BUNDLE_BYTES * (MAX_ROOTS + 1)))
  const bundle = {
    entry: fields.bytes(1),
    certificates: fields.array(2).map((item) => asBytes(item)),
    proof: fields.text(3, MAX_PROOF),
    opening: fields.bytes(4),
    roots: fields.array(5).map((item) => asBytes(item)),
  }
  fields.done()
  const roots = bundle.roots.reduce((sum, root) => sum + root.length, 0)
  demand(
    bytes.length - roots <= MAX_BUNDLE_BYTES,
    'too-large',
    `more than ${MAX_BUNDLE_BYTES} bytes`,
  )
  demand(
    bundle.certificates.length <= MAX_CERTIFICATES,
    'too-large',
    'more certificates than a chain has',
  )
  demand(bundle.roots.length <= MAX_ROOTS, 'too-large', 'more root documents than anyone walks')
  return bundle
}
