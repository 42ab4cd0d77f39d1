import {
  Fields,
  asArray,
  asBytes,
  decodeCbor,
  demand,
  encodeCbor,
  fromHex,
  parseCoseSign,
  parseSign1,
  type PublicKey,
} from '../../src/core/index.ts'
import { es256Verifier } from '../../src/host/index.ts'
import { codeOf } from './outcome.ts'
import { isJson, type Json, type VectorFile, type VectorKind } from './outside.ts'

const verify = es256Verifier()
const EMPTY = new Uint8Array(0)

/**
 * COSE_Sign1 and COSE_Sign examples of cose-wg/Examples, from whichever of its folders. Three things
 * are asked of each: that ES256 verifies what must verify and nothing that must not; that our profile
 * (no tags, alg in the protected header, no external data) refuses by name what lies outside it; and
 * that none of them passes for a document of ours.
 */
export const COSE: VectorKind = {
  name: 'cose',
  holds: ({ input, output }) =>
    isJson(input) &&
    isJson(output) &&
    typeof output['cbor'] === 'string' &&
    signersOf(input).length > 0,
  judge,
}

/**
 * How our profile judges each file of `sign1-tests`, as given and with its tag taken off. Of the
 * three that others accept, only the untagged one of plain ES256 is accepted here.
 */
const EXPECTED: Readonly<Record<string, readonly [given: string, untagged: string]>> = {
  'sign-pass-01': ['malformed', 'alg'], // protected header A0, alg in the unprotected one
  'sign-pass-02': ['malformed', 'signature'], // signs external data
  'sign-pass-03': ['accepted', 'accepted'], // untagged
  'sign-fail-01': ['malformed', 'accepted'], // nothing wrong but the tag, 998
  'sign-fail-02': ['malformed', 'signature'], // payload changed
  'sign-fail-03': ['malformed', 'alg'], // alg −999
  'sign-fail-04': ['malformed', 'alg'], // alg "unknown"
  'sign-fail-06': ['malformed', 'malformed'], // content type added, as a number
  'sign-fail-07': ['malformed', 'signature'], // content type removed
}

/** One signer as the file describes him. */
interface Described {
  readonly key: Json
  readonly alg: unknown
  /** Hexadecimal. */
  readonly external: string
}

function signersOf(input: Json): Described[] {
  const { sign0, sign } = input
  const list = isJson(sign0) ? [sign0] : isJson(sign) ? sign['signers'] : []
  return (Array.isArray(list) ? list : []).flatMap((signer: unknown) => {
    if (!isJson(signer) || !isJson(signer['key'])) return []
    const headers = [signer['protected'], signer['unprotected']].filter(isJson)
    const alg = headers.map((header) => header['alg']).find((value) => value !== undefined)
    const external = typeof signer['external'] === 'string' ? signer['external'] : ''
    return [{ key: signer['key'], alg, external }]
  })
}

function judge({ name, json }: VectorFile): string | null {
  const input = json['input'] as Json
  const signers = signersOf(input)
  const bytes = fromHex(String((json['output'] as Json)['cbor']).toLowerCase())
  const isSingle = isJson(input['sign0'])
  const plain = withoutTag(bytes)
  const ours = codeOf(() =>
    isSingle
      ? parseSign1(plain, 'application/stolen-sighting+cbor')
      : parseCoseSign(decodeCbor(plain), 'application/stolen-order+cbor'),
  )
  if (ours === 'accepted') return 'taken for a document of ours'
  const mustFail = json['fail'] === true
  const isOurAlg = signers.every(({ key, alg }) => alg === 'ES256' && key['crv'] === 'P-256')
  const profile = (given: Uint8Array) =>
    codeOf(() => checkProfile(given, signers.map(keyOf), isSingle))
  if (!isOurAlg) {
    const found = profile(plain)
    return found === 'accepted' ? 'another algorithm was accepted' : null
  }
  const given = profile(bytes)
  if (mustFail && given === 'accepted') return 'must fail, was accepted'
  // What is not deterministic CBOR is outside our profile before any signature is looked at.
  const isReadable = codeOf(() => decodeCbor(plain)) === 'accepted'
  const verifies = () =>
    signers.every((signer, i) => verifyRaw(plain, signer, isSingle ? null : i))
  if (!mustFail && isReadable && !verifies()) return 'must verify, and did not'
  const expected = isSingle ? EXPECTED[name] : undefined
  if (expected === undefined) return null
  const found = [given, profile(plain)].join()
  return found === expected.join() ? null : `expected ${expected.join()}, found ${found}`
}

/** The signature alone, over whatever headers and external data the file has. */
function verifyRaw(bytes: Uint8Array, signer: Described, slot: number | null): boolean {
  const [header, , payload, last] = asArray(decodeCbor(bytes), 4)
  const body = asSigned(asBytes(header))
  const external = fromHex(signer.external.toLowerCase())
  const content = asBytes(payload)
  if (slot === null) {
    const signed = encodeCbor(['Signature1', body, external, content])
    return verify(keyOf(signer), signed, asBytes(last))
  }
  const [own, , signature] = asArray(asArray(last)[slot], 3)
  const signed = encodeCbor(['Signature', body, asSigned(asBytes(own)), external, content])
  return verify(keyOf(signer), signed, asBytes(signature))
}

/** RFC 9052 §4.4: an empty map is signed as the empty string. */
const asSigned = (header: Uint8Array) => (header.length === 1 && header[0] === 0xa0 ? EMPTY : header)

/** Our rules, save that these examples carry their kid and content elsewhere. */
function checkProfile(bytes: Uint8Array, keys: readonly PublicKey[], isSingle: boolean): void {
  const [header, unprotected, payload, last] = asArray(decodeCbor(bytes), 4)
  const body = asBytes(header)
  demand(unprotected instanceof Map, 'malformed', 'expected a map')
  if (isSingle) {
    demandEs256(body)
    const signed = encodeCbor(['Signature1', body, EMPTY, asBytes(payload)])
    demandSigned(verify(keys[0]!, signed, asBytes(last, 64)))
    return
  }
  demand(body.length === 0, 'malformed', 'a header of the body that is none of ours')
  for (const [i, slot] of asArray(last).entries()) {
    const [own, , signature] = asArray(slot, 3)
    demandEs256(asBytes(own))
    const signed = encodeCbor(['Signature', body, asBytes(own), EMPTY, asBytes(payload)])
    demandSigned(verify(keys[i]!, signed, asBytes(signature, 64)))
  }
}

function demandEs256(header: Uint8Array): void {
  const fields = new Fields(decodeCbor(header))
  demand(fields.has(1) && fields.take(1) === -7, 'alg', 'expected ES256 in the protected header')
  fields.done()
}

function demandSigned(verified: boolean): void {
  demand(verified, 'signature', 'the signature does not verify')
}

/** Takes off one tag (major type 6) of any length. */
function withoutTag(bytes: Uint8Array): Uint8Array {
  const [head] = bytes
  if (head === undefined || head >>> 5 !== 6) return bytes
  const length = head & 31
  return bytes.subarray(length < 24 ? 1 : 1 + 2 ** (length - 24))
}

/** The newer files spell a coordinate in hexadecimal beside or instead of base64url. */
function keyOf({ key }: Described): PublicKey {
  const coordinate = (name: 'x' | 'y') =>
    new Uint8Array(
      typeof key[`${name}_hex`] === 'string'
        ? Buffer.from(String(key[`${name}_hex`]), 'hex')
        : Buffer.from(String(key[name]), 'base64url'),
    )
  return { x: coordinate('x'), y: coordinate('y') }
}
