import {
  Fields,
  Refusal,
  concat,
  decodeCbor,
  demand,
  equal,
  fromBase64,
  parseSign1,
  sha256,
  sign1,
  toBase64,
  utf8,
  verifySign1,
  type PublicKey,
  type Signer,
  type VerifyEs256,
} from '../core/index.ts'

/** How long a signed request stays good, either side of its time, in seconds. */
const SLACK = 300
const SCHEME = 'StolenMode '
const TYPE = 'application/stolen-auth+cbor'

/** The request a signature is about. A copied header opens nothing else. */
export interface RequestLine {
  /** Host and port of the registry it is meant for: another one cannot pass it on as its own. */
  readonly to: string
  readonly method: string
  /** Path with query, as sent. */
  readonly path: string
  readonly body: Uint8Array
  /** Idempotency-Key header, where there is one: under another key the same body would act again. */
  readonly key?: string
}

/**
 * The Authorization header of officers, edges and other certified parties: they prove the key their
 * certificate names, so that no shared secret exists to be stolen.
 * @param nonce 16 random bytes
 */
export function authorization(
  request: RequestLine,
  at: number,
  nonce: Uint8Array,
  signer: Signer,
): string {
  const payload = new Map<number, number | Uint8Array>([
    [1, 1],
    [2, digest(request)],
    [3, at],
    [4, nonce],
  ])
  return SCHEME + toBase64(sign1(TYPE, payload, signer))
}

function digest({ method, to, path, body, key = '' }: RequestLine): Uint8Array {
  return sha256(concat(utf8(`${method} ${to}${path}\n${key}\n`), body))
}

/**
 * Who signed this request. `keyOf` finds the certified key for a key id, or refuses.
 * @throws {Refusal} unauthenticated, and what `keyOf` throws
 */
export function checkAuthorization<T extends { readonly key: PublicKey }>(
  header: string | undefined,
  request: RequestLine,
  now: number,
  keyOf: (kid: Uint8Array) => T,
  verify: VerifyEs256,
): T {
  demand(
    header !== undefined && header.startsWith(SCHEME) && header.length < 1024,
    'unauthenticated',
    'no signed request',
  )
  const cose = orUnauthenticated(() => parseSign1(fromBase64(header.slice(SCHEME.length)), TYPE))
  const caller = keyOf(cose.kid)
  const signed = orUnauthenticated(() => {
    verifySign1(cose, caller.key, verify)
    return parsePayload(cose.payload)
  })
  demand(
    equal(signed.digest, digest(request)),
    'unauthenticated',
    `signed for another request, or for another registry than ${request.to}`,
  )
  demand(
    Math.abs(now - signed.at) <= SLACK,
    'unauthenticated',
    'signed too long ago, or the clocks differ',
  )
  return caller
}

function parsePayload(payload: Uint8Array) {
  const fields = new Fields(decodeCbor(payload, 256))
  demand(fields.uint(1) === 1, 'malformed', 'expected version 1')
  const signed = { digest: fields.bytes(2, 32), at: fields.uint(3), nonce: fields.bytes(4, 16) }
  fields.done()
  return signed
}

/** Whatever is wrong with the header, the caller is simply not known. */
function orUnauthenticated<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal('unauthenticated', error.message)
    throw error
  }
}
