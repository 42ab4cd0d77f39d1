import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { Refusal, demand } from '../../core/index.ts'
import type { JwsKey } from './jws.ts'

const PEM = /-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----[^-]+-----END [A-Z ]+-----/g
/** Enough for every NRF of a set and a change of keys. A token may be tried against each. */
const MAX_KEYS = 16
const MIN_RSA_BITS = 2_048

/**
 * The keys an NRF signs tokens with, out of a file: PEM (public keys or certificates), a JWK or a JWK
 * set (RFC 7517).
 * @throws {Refusal} config
 */
export function readNrfKeys(text: string): readonly JwsKey[] {
  const keys = text.trimStart().startsWith('{') ? jwks(text) : pems(text)
  demand(keys.length > 0, 'config', "the file of the nrf's keys holds no public key")
  demand(keys.length <= MAX_KEYS, 'config', `more than ${MAX_KEYS} keys of the nrf`)
  return keys
}

function pems(text: string): JwsKey[] {
  demand(!text.includes('PRIVATE KEY'), 'config', "a private key is the nrf's own")
  return (text.match(PEM) ?? []).map((pem) => toKey(() => createPublicKey(pem), null))
}

function jwks(text: string): JwsKey[] {
  const parsed = toJson(text)
  const keys = Array.isArray(parsed['keys']) ? (parsed['keys'] as unknown[]) : [parsed]
  return keys.map((jwk) => {
    demand(isObject(jwk), 'config', 'a key of the nrf is no jwk')
    demand(!('d' in jwk) && !('k' in jwk), 'config', "a private key is the nrf's own")
    const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : null
    const key = toKey(() => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }), kid)
    demand(jwk['alg'] === undefined || jwk['alg'] === key.alg, 'config', 'a jwk of another alg')
    return key
  })
}

function toKey(read: () => KeyObject, kid: string | null): JwsKey {
  const key = attempt(read)
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1')
    return { alg: 'ES256', kid, key }
  const isRsa = key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS
  demand(isRsa, 'config', 'a key of the nrf is neither P-256 nor RSA of at least 2048 bits')
  return { alg: 'RS256', kid, key }
}

function toJson(text: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = attempt(() => JSON.parse(text))
  demand(isObject(parsed), 'config', "the file of the nrf's keys is no jwk")
  return parsed
}

function attempt<T>(read: () => T): T {
  try {
    return read()
  } catch {
    throw new Refusal('config', 'a key of the nrf cannot be read')
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
