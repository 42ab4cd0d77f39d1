import { describe, expect, it } from 'vitest'
import { T0, bytes, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import {
  Refusal,
  encodeCbor,
  equal,
  kidOf,
  sign1,
  toBase64,
  utf8,
  type CborValue,
  type Signer,
} from '../core/index.ts'
import { authorization, checkAuthorization, type RequestLine } from './signed-request.ts'

const officer = newKey()
const stranger = newKey()
const request: RequestLine = {
  method: 'POST',
  to: 'registry.example',
  path: '/v1/orders?x=1',
  body: utf8('{"a":1}'),
}
const nonce = bytes(16, 1)
const keyOf = (kid: Uint8Array) => {
  if (equal(kid, kidOf(officer.key))) return { key: officer.key, name: 'officer' }
  throw new Refusal('chain', 'no certificate for this key')
}
const check = (header: string | undefined, line = request, now = T0) =>
  checkAuthorization(header, line, now, keyOf, verify)
const good = authorization(request, T0, nonce, officer)

/** A header over a payload of one's own making. */
const header = (payload: CborValue, by: Signer = officer) =>
  `StolenMode ${toBase64(sign1('application/stolen-auth+cbor', payload, by))}`

describe('a signed request', () => {
  it('tells who called', () => {
    expect(check(good).name).toBe('officer')
    expect(
      check(authorization({ ...request, body: bytes(0, 0) }, T0, nonce, officer), {
        ...request,
        body: bytes(0, 0),
      }).name,
    ).toBe('officer')
  })

  it.each<[string, Partial<RequestLine>]>([
    ['another method', { method: 'PUT' }],
    ['another registry', { to: 'registry.example:8080' }],
    ['another path', { path: '/v1/orders' }],
    ['another query', { path: '/v1/orders?x=2' }],
    ['another body', { body: utf8('{"a":2}') }],
    ['no body', { body: utf8('') }],
  ])('is for no other: %s', (_, changes) => {
    expect(codeOf(() => check(good, { ...request, ...changes }))).toBe('unauthenticated')
  })

  it.each([
    [-301, 'unauthenticated'],
    [-300, 'accepted'],
    [300, 'accepted'],
    [301, 'unauthenticated'],
  ])('%i s later: %s', (seconds, code) => {
    expect(codeOf(() => check(good, request, T0 + seconds))).toBe(code)
  })

  it('leaves an unknown key to whoever knows the keys', () => {
    expect(codeOf(() => check(authorization(request, T0, nonce, stranger)))).toBe('chain')
  })

  it('is signed, not merely named', () => {
    const forged = { key: officer.key, sign: (message: Uint8Array) => stranger.sign(message) }
    expect(codeOf(() => check(authorization(request, T0, nonce, forged)))).toBe('unauthenticated')
  })

  it.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['an empty header', ''],
    ['another scheme', `Bearer ${good.slice(11)}`],
    ['the scheme alone', 'StolenMode '],
    ['no base64', 'StolenMode %%%%'],
    ['no CBOR', 'StolenMode AAAA'],
    ['too long', `StolenMode ${'A'.repeat(1024)}`],
    [
      'another document',
      `StolenMode ${toBase64(sign1('application/stolen-sighting+cbor', 1, officer))}`,
    ],
    ['no payload of ours', header(1)],
    [
      'a payload of another version',
      header(
        new Map<number, CborValue>([
          [1, 2],
          [2, bytes(32, 0)],
          [3, T0],
          [4, nonce],
        ]),
      ),
    ],
    [
      'a short nonce',
      header(
        new Map<number, CborValue>([
          [1, 1],
          [2, bytes(32, 0)],
          [3, T0],
          [4, bytes(8, 0)],
        ]),
      ),
    ],
    [
      'no nonce',
      header(
        new Map<number, CborValue>([
          [1, 1],
          [2, bytes(32, 0)],
          [3, T0],
        ]),
      ),
    ],
    ['cut short', good.slice(0, -4)],
    ['a payload as bytes', header(encodeCbor(1))],
  ])('refuses %s', (_, text) => {
    expect(codeOf(() => check(text))).toBe('unauthenticated')
  })
})
