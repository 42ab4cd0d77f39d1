import {
  Fields,
  asArray,
  asBytes,
  asText,
  decodeCbor,
  encodeCbor,
  demand,
  type CborValue,
} from '../core/index.ts'

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
  /**
   * What a release or retirement rests on beside itself: the order it undoes, then the owner-key
   * records about that one, in log order. Empty where the owner's key is the one first committed to.
   */
  readonly earlier: readonly EarlierEntry[]
  /**
   * What the phone's secure store wants beside the order, where it takes none on software's word. No
   * proof: the store judges it, after the order was.
   */
  readonly grants?: Uint8Array
}

/** A log entry with its own tlog-proof. */
export interface EarlierEntry {
  readonly entry: Uint8Array
  readonly proof: string
}

/** Largest bundle, without its root documents, in bytes. */
export const MAX_BUNDLE_BYTES = 16_384
const MAX_PROOF = 16_384
const MAX_CERTIFICATES = 16
const MAX_ROOTS = 256
const MAX_EARLIER = 8

export function encodeBundle(bundle: Bundle): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, bundle.entry],
      [2, [...bundle.certificates]],
      [3, bundle.proof],
      [4, bundle.opening],
      [5, [...bundle.roots]],
      ...earlierField(bundle.earlier),
      ...(bundle.grants ? [[7, bundle.grants] as const] : []),
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
    earlier: fields.has(6) ? fields.array(6).map((item) => parseEarlier(item)) : [],
    ...(fields.has(7) && { grants: fields.bytes(7) }),
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
  demand(
    !fields.has(6) || bundle.earlier.length > 0,
    'malformed',
    'nothing earlier is spelled by leaving it out',
  )
  demand(bundle.grants?.length !== 0, 'malformed', 'no grants are spelled by leaving them out')
  demand(bundle.earlier.length <= MAX_EARLIER, 'too-large', 'more records than one release needs')
  demand(bundle.roots.length <= MAX_ROOTS, 'too-large', 'more root documents than anyone walks')
  return bundle
}

function earlierField(earlier: readonly EarlierEntry[]): readonly (readonly [number, CborValue])[] {
  if (earlier.length === 0) return []
  return [[6, earlier.map(({ entry, proof }) => [entry, proof])]]
}

function parseEarlier(value: CborValue): EarlierEntry {
  const [entry, proof] = asArray(value, 2)
  return { entry: asBytes(entry), proof: asText(proof, MAX_PROOF) }
}
