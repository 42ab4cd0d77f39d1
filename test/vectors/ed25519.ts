import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { noteKey, type NoteKey, type SignEd25519, type VerifyEd25519 } from '../../src/log/index.ts'

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** Ed25519 as every host gives it to the pure rooms. */
export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  const der = Buffer.concat([SPKI, publicKey])
  return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
}

/** A signing note key for tests; the same `seed` byte gives the same key. */
export interface TestKey {
  readonly key: NoteKey
  readonly sign: SignEd25519
}

/** Makes the key of one seed byte under one name; type 1 signs as a log, 4 as a cosigner. */
export function testKey(name: string, type: NoteKey['type'], seed: number): TestKey {
  const der = Buffer.concat([PKCS8, Buffer.alloc(32, seed)])
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' })
  return {
    key: noteKey(name, type, Uint8Array.from(spki.subarray(-32))),
    sign: (message) => Uint8Array.from(sign(null, message, secret)),
  }
}
