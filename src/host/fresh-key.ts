import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

/**
 * A new private key that shares nothing with what generated it. Node 20 stops for good when the
 * generator is collected while the key it made is being exported as JWK: both take the same lock.
 */
export function freshKey(kind: 'P-256' | 'Ed25519'): KeyObject {
  const encodings = {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  } as const
  const made =
    kind === 'P-256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256', ...encodings })
      : generateKeyPairSync('ed25519', encodings)
  // Text, since encodings were asked for: the types take the overload without.
  return createPrivateKey(made.privateKey as unknown as string)
}
