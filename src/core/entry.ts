import { Fields, asArray, asBytes, asUint, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { encodeCoseSign, parseCoseSign, type ContentType, type CoseSign } from './cose.ts'
import { demand } from './refusal.ts'

/** What a leaf of the log can be. */
export const KIND = {
  order: 1,
  certificate: 2,
  list: 3,
  root: 4,
  distrust: 5,
  'owner-key': 6,
  batch: 7,
  identity: 8,
} as const
export type Kind = keyof typeof KIND

const CONTENT: Readonly<Record<Kind, ContentType>> = {
  order: 'application/stolen-order+cbor',
  certificate: 'application/stolen-cert+cbor',
  list: 'application/stolen-list+cbor',
  root: 'application/stolen-root+cbor',
  distrust: 'application/stolen-distrust+cbor',
  'owner-key': 'application/stolen-ownerkey+cbor',
  batch: 'application/stolen-batch+cbor',
  identity: 'application/stolen-identity+cbor',
}

/** Largest leaf we write or read, in bytes. */
export const MAX_ENTRY_BYTES = 16_384

/** One leaf: a signed document and the sequencer's time, everybody's common clock. */
export interface Entry {
  readonly kind: Kind
  /** Milliseconds since 1970, UTC. */
  readonly t: number
  readonly body: CoseSign
}

export function contentTypeOf(kind: Kind): ContentType {
  return CONTENT[kind]
}

/** @throws {Refusal} too-large */
export function encodeEntry(entry: Entry): Uint8Array {
  const bytes = encodeCbor([1, KIND[entry.kind], entry.t, encodeCoseSign(entry.body)])
  demand(bytes.length <= MAX_ENTRY_BYTES, 'too-large', `more than ${MAX_ENTRY_BYTES} bytes`)
  return bytes
}

/** @throws {Refusal} too-large, malformed, not-canonical, unknown-kind, alg, signature */
export function parseEntry(bytes: Uint8Array): Entry {
  const [version, number, t, body] = asArray(decodeCbor(bytes, MAX_ENTRY_BYTES), 4)
  demand(version === 1, 'malformed', 'expected entry version 1')
  const kind = (Object.keys(KIND) as Kind[]).find((name) => KIND[name] === number)
  demand(kind !== undefined, 'unknown-kind', 'an entry kind this version does not know')
  return { kind, t: asUint(t), body: parseCoseSign(body, CONTENT[kind]) }
}

/** A signed document standing alone, as in a file or a bundle. */
export function encodeDocument(cose: CoseSign): Uint8Array {
  return encodeCbor(encodeCoseSign(cose))
}

/** @throws {Refusal} too-large, malformed, not-canonical, alg */
export function parseDocument(bytes: Uint8Array, contentType: ContentType): CoseSign {
  const value: CborValue = decodeCbor(bytes, MAX_ENTRY_BYTES)
  return parseCoseSign(value, contentType)
}

/**
 * Reads a signed document of any kind: its own header says which.
 * @throws {Refusal} too-large, malformed, not-canonical, unknown-kind, alg, signature
 */
export function readDocument(bytes: Uint8Array): { readonly kind: Kind; readonly body: CoseSign } {
  const value = decodeCbor(bytes, MAX_ENTRY_BYTES)
  const [header] = asArray(value, 4)
  const contentType = new Fields(decodeCbor(asBytes(header), 64)).take(3)
  const kind = (Object.keys(KIND) as Kind[]).find((name) => CONTENT[name] === contentType)
  demand(kind !== undefined, 'unknown-kind', 'a kind of document this version does not know')
  return { kind, body: parseCoseSign(value, CONTENT[kind]) }
}
