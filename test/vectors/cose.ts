import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  Fields,
  asArray,
  asBytes,
  decodeCbor,
  demand,
  encodeCbor,
  fromHex,
  parseSign1,
  type PublicKey,
} from '../../src/core/index.ts'
import { es256Verifier } from '../../src/host/index.ts'
import type { VectorResult } from './merkle.ts'
import { codeOf } from './outcome.ts'

const verify = es256Verifier()

/**
 * How our rules judge each file of cose-wg/Examples `sign1-tests`, as given and with its tag taken
 * off. We write no tags, take alg from the protected header only, and sign no external data; so of
 * the three that others accept, only the untagged one of plain ES256 is verified here.
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

interface Vector {
  readonly fail?: boolean
  readonly input: { readonly sign0: { readonly key: { readonly x: string; readonly y: string } } }
  readonly output: { readonly cbor: string }
}

/**
 * COSE_Sign1 examples of cose-wg/Examples: `<folder>/sign1-tests/*.json`. What must fail may not
 * verify, every no must be a refusal with the code above, and none passes for a document of ours.
 */
export async function runCoseVectors(folder: string): Promise<VectorResult> {
  const result = { passed: 0, failed: [] as string[] }
  const names = await readdir(join(folder, 'sign1-tests'))
  for (const file of names.filter((name) => name.endsWith('.json')).toSorted()) {
    const text = await readFile(join(folder, 'sign1-tests', file), 'utf8')
    const reason = disagreement(file.replace('.json', ''), JSON.parse(text) as Vector)
    if (reason === null) result.passed++
    else result.failed.push(`${file}: ${reason}`)
  }
  return result
}

function disagreement(name: string, { fail, input, output }: Vector): string | null {
  const { x, y } = input.sign0.key
  const key = { x: fromBase64Url(x), y: fromBase64Url(y) }
  const bytes = fromHex(output.cbor.toLowerCase())
  const given = codeOf(() => verifySign1(bytes, key))
  const untagged = codeOf(() => verifySign1(withoutTag(bytes), key))
  const ours = codeOf(() => parseSign1(withoutTag(bytes), 'application/stolen-sighting+cbor'))
  if (ours === 'accepted') return 'taken for a document of ours'
  const expected = EXPECTED[name]
  if (expected === undefined)
    return fail === true && given === 'accepted' ? 'must fail, was accepted' : null
  const found = [given, untagged].join()
  return found === expected.join() ? null : `expected ${expected.join()}, found ${found}`
}

/** Our rules for one signer, save that these examples carry their kid and content elsewhere. */
function verifySign1(bytes: Uint8Array, key: PublicKey): void {
  const [header, unprotected, payload, signature] = asArray(decodeCbor(bytes), 4)
  const bodyProtected = asBytes(header)
  const fields = new Fields(decodeCbor(bodyProtected))
  demand(fields.has(1) && fields.take(1) === -7, 'alg', 'expected ES256 in the protected header')
  fields.done()
  demand(unprotected instanceof Map, 'malformed', 'expected a map')
  const signed = encodeCbor(['Signature1', bodyProtected, new Uint8Array(0), asBytes(payload)])
  demand(verify(key, signed, asBytes(signature, 64)), 'signature', 'the signature does not verify')
}

/** Takes off one tag (major type 6) of any length. */
function withoutTag(bytes: Uint8Array): Uint8Array {
  const [head] = bytes
  if (head === undefined || head >>> 5 !== 6) return bytes
  const length = head & 31
  return bytes.subarray(length < 24 ? 1 : 1 + 2 ** (length - 24))
}

function fromBase64Url(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}
