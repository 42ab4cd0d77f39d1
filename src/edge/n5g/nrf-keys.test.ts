import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { TokenIssuer } from '../../../test/access-tokens.ts'
import { CertificateAuthority } from '../../../test/certificates.ts'
import { codeOf } from '../../../test/vectors/outcome.ts'
import { openJws } from './jws.ts'
import { readNrfKeys } from './nrf-keys.ts'

const [ec, rsa] = [new TokenIssuer('ES256'), new TokenIssuer('RS256')]
const pem = ({ publicKey }: TokenIssuer) =>
  String(publicKey.export({ type: 'spki', format: 'pem' }))
const jwk = ({ publicKey }: TokenIssuer) => publicKey.export({ format: 'jwk' })
const opens = (file: string, issuer: TokenIssuer) =>
  openJws(issuer.sign({ a: 1 }, { kid: 'k1' }), readNrfKeys(file)) !== null

test.each<readonly [string, string, boolean, boolean]>([
  ['PEM', pem(ec), true, false],
  ['two PEMs with text between', `first\n${pem(ec)}\nsecond\n${pem(rsa)}`, true, true],
  ['a JWK', JSON.stringify(jwk(rsa)), false, true],
  ['a JWK set', JSON.stringify({ keys: [jwk(rsa), { ...jwk(ec), alg: 'ES256' }] }), true, true],
  ['a JWK of that name', JSON.stringify({ ...jwk(ec), kid: 'k1' }), true, false],
  ['a JWK of another name', JSON.stringify({ ...jwk(ec), kid: 'k2' }), false, false],
  ['a certificate of another key', new CertificateAuthority('nrf.example').cert, false, false],
])('%s', (_, file, opensEc, opensRsa) => {
  expect([opens(file, ec), opens(file, rsa)]).toEqual([opensEc, opensRsa])
})

const pair = (curve: string) => generateKeyPairSync('ec', { namedCurve: curve })
const small = generateKeyPairSync('rsa', { modulusLength: 1_024 })

test.each<readonly [string, string]>([
  ['nothing', ''],
  ['no key', 'hello'],
  ['no JSON', '{'],
  ['an empty set', '{"keys":[]}'],
  ['a set of no keys', '{"keys":[1]}'],
  ['an empty JWK', '{}'],
  ['a shared secret', '{"kty":"oct","k":"AAAA"}'],
  ['a private JWK', JSON.stringify(pair('P-256').privateKey.export({ format: 'jwk' }))],
  ['a private PEM', String(pair('P-256').privateKey.export({ type: 'pkcs8', format: 'pem' }))],
  ['P-384', String(pair('P-384').publicKey.export({ type: 'spki', format: 'pem' }))],
  ['RSA of 1024 bits', String(small.publicKey.export({ type: 'spki', format: 'pem' }))],
  ['a JWK of another algorithm', JSON.stringify({ ...jwk(ec), alg: 'HS256' })],
  ['a broken PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
  ['seventeen keys', pem(ec).repeat(17)],
])('%s is refused at the start', (_, file) => {
  expect(codeOf(() => readNrfKeys(file))).toBe('config')
})
