import {
  createCipheriv,
  createPrivateKey,
  randomBytes,
  scryptSync,
  type KeyObject,
} from 'node:crypto'
import { Refusal, demand } from '../core/index.ts'

/**
 * Cost of guessing a passphrase: 16 MiB and five rounds of it, some 0.3 s a try. Memory stays within
 * what OpenSSL allows itself when it reads (32 MiB), or only we could open our files.
 */
const SCRYPT = { N: 16_384, r: 8, p: 5 } as const
const LABEL = 'ENCRYPTED PRIVATE KEY'
/** Object identifiers, DER: PBES2 (RFC 8018), scrypt (RFC 7914 §7), AES-256-CBC. */
const PBES2 = Buffer.from('06092a864886f70d01050d', 'hex')
const OID_SCRYPT = Buffer.from('06092b06010401da47040b', 'hex')
const AES_256_CBC = Buffer.from('060960864801650304012a', 'hex')

/** Shortest passphrase for a new key file, in characters. */
const MIN_PASSPHRASE = 12

/**
 * The key as PKCS#8 PEM (RFC 5958), encrypted with scrypt and AES-256-CBC. OpenSSL reads it: a key
 * that must be usable in ten years hangs on no format of ours.
 */
export function encryptKey(key: KeyObject, passphrase: string): string {
  demand(
    passphrase.length >= MIN_PASSPHRASE,
    'config',
    `a passphrase has at least ${MIN_PASSPHRASE} characters`,
  )
  const salt = randomBytes(16)
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', scryptSync(passphrase, salt, 32, SCRYPT), iv)
  const plain = key.export({ type: 'pkcs8', format: 'der' })
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
  const kdf = sequence(
    OID_SCRYPT,
    sequence(octets(salt), integer(SCRYPT.N), integer(SCRYPT.r), integer(SCRYPT.p)),
  )
  const scheme = sequence(PBES2, sequence(kdf, sequence(AES_256_CBC, octets(iv))))
  const lines = sequence(scheme, octets(encrypted))
    .toString('base64')
    .match(/.{1,64}/g)!
  return [`-----BEGIN ${LABEL}-----`, ...lines, `-----END ${LABEL}-----`, ''].join('\n')
}

export function isEncrypted(pem: string): boolean {
  return pem.includes(`BEGIN ${LABEL}`)
}

/** @throws {Refusal} key-locked: another passphrase, or not such a file */
export function decryptKey(pem: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, passphrase })
  } catch {
    throw new Refusal('key-locked', 'the passphrase does not open this file')
  }
}

function tagged(tag: number, contents: Buffer): Buffer {
  const { length } = contents
  // Longer than 255 bytes nothing here ever gets.
  const header = length < 128 ? [tag, length] : [tag, 0x81, length]
  return Buffer.concat([Buffer.from(header), contents])
}

const sequence = (...parts: readonly Buffer[]) => tagged(0x30, Buffer.concat(parts))
const octets = (bytes: Buffer) => tagged(0x04, bytes)
/** None of ours has its highest bit set. */
const integer = (value: number) =>
  tagged(0x02, Buffer.from(value.toString(16).padStart(value > 255 ? 4 : 2, '0'), 'hex'))
