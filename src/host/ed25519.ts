import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { demand } from '../core/index.ts'
import { noteKey, type NoteKey, type SignEd25519, type VerifyEd25519 } from '../log/index.ts'
import { fromPem, toPem } from './es256.ts'
import { freshKey } from './fresh-key.ts'

/** SubjectPublicKeyInfo of an Ed25519 key, up to its 32 bytes (RFC 8410 §4). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** False for anything wrong; never throws. */
export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  try {
    const key = createPublicKey({
      key: Buffer.concat([SPKI, publicKey]),
      format: 'der',
      type: 'spki',
    })
    return verify(null, message, key, signature)
  } catch {
    return false
  }
}

/** A key that signs notes: a log's (type 1) or a cosigner's (type 4). */
export interface NoteSigner {
  readonly key: NoteKey
  readonly sign: SignEd25519
}

function noteSigner(name: string, type: NoteKey['type'], privateKey: KeyObject): NoteSigner {
  const { crv, x } = createPublicKey(privateKey).export({ format: 'jwk' })
  demand(crv === 'Ed25519' && x !== undefined, 'config', 'expected an Ed25519 key')
  return {
    key: noteKey(name, type, new Uint8Array(Buffer.from(x, 'base64url'))),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }
}

/** @throws {Refusal} config: no Ed25519 key in PKCS#8 PEM */
export function noteSignerFromPem(name: string, type: NoteKey['type'], pem: string): NoteSigner {
  return noteSigner(name, type, fromPem(pem))
}

export function generateNoteSigner(
  name: string,
  type: NoteKey['type'],
): { readonly signer: NoteSigner; readonly pem: string } {
  const privateKey = freshKey('Ed25519')
  return { signer: noteSigner(name, type, privateKey), pem: toPem(privateKey) }
}
