import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { demand, toHex, type PublicKey, type Signer, type VerifyEs256 } from '../core/index.ts'
import { freshKey } from './fresh-key.ts'

const b64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const CACHED_KEYS = 4096

/** A verifier that keeps the keys it has met: making a KeyObject costs more than using it. */
export function es256Verifier(): VerifyEs256 {
  const keys = new Map<string, KeyObject | null>()
  const keyObject = (key: PublicKey) => {
    const id = toHex(key.x) + toHex(key.y)
    let known = keys.get(id)
    if (known === undefined) {
      if (keys.size >= CACHED_KEYS) keys.clear()
      known = importKey(key)
      keys.set(id, known)
    }
    return known
  }
  return (key, message, signature) => {
    const object = keyObject(key)
    return (
      object !== null &&
      signature.length === 64 &&
      verify('sha256', message, { key: object, dsaEncoding: 'ieee-p1363' }, signature)
    )
  }
}

function importKey(key: PublicKey): KeyObject | null {
  const jwk = { kty: 'EC', crv: 'P-256', x: b64url(key.x), y: b64url(key.y) }
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return null // a point off the curve is nobody's key
  }
}

/** The two coordinates. @throws {Refusal} config: another kind of key */
export function es256PublicKey(publicKey: KeyObject): PublicKey {
  demand(publicKey.asymmetricKeyType === 'ec', 'config', 'expected a P-256 key')
  const { crv, x, y } = publicKey.export({ format: 'jwk' })
  demand(crv === 'P-256' && x !== undefined && y !== undefined, 'config', 'expected a P-256 key')
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
  return { x: bytes(x), y: bytes(y) }
}

/** Signs with a P-256 key held by node:crypto. */
export function es256Signer(privateKey: KeyObject): Signer {
  return {
    key: es256PublicKey(createPublicKey(privateKey)),
    sign: (message) =>
      new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  }
}

/** A public key as SubjectPublicKeyInfo PEM, what other people's tools read. */
export function publicPem(key: PublicKey): string {
  const imported = importKey(key)
  demand(imported !== null, 'config', 'a point off the curve')
  return imported.export({ type: 'spki', format: 'pem' }).toString()
}

/** @throws {Refusal} config: no P-256 public key in PEM */
export function es256PublicFromPem(pem: string): PublicKey {
  let object: KeyObject
  try {
    object = createPublicKey(pem)
  } catch {
    demand(false, 'config', 'expected a public key in PEM')
  }
  return es256PublicKey(object)
}

/** A fresh P-256 key and its PKCS#8 PEM. */
export function generateEs256(): { readonly signer: Signer; readonly pem: string } {
  const privateKey = freshKey('P-256')
  return { signer: es256Signer(privateKey), pem: toPem(privateKey) }
}

/** @throws {Refusal} config: no P-256 key in PKCS#8 PEM */
export function es256FromPem(pem: string): Signer {
  return es256Signer(fromPem(pem))
}

export function toPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export function fromPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    demand(false, 'config', 'expected a private key in PKCS#8 PEM')
  }
}
