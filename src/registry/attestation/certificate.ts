import 'reflect-metadata' // the library below needs it before it is loaded
import { X509Certificate } from '@peculiar/x509'
import { equal, sha256, toHex } from '../../core/index.ts'
import { TAG, isA, membersOf, readDer, type Der } from './der.ts'
import { attest } from './refuse.ts'

/** A certificate, read and not verified. */
export interface Certificate {
  /** Lower-case hex without leading zeros, as status lists spell it. Never a number: many look like one. */
  readonly serial: string
  /** Names as their DER, which is how they are compared. */
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  /** Whether the subject has a serialNumber attribute: how keys provisioned in a factory are named. */
  readonly subjectHasSerial: boolean
  /** Unix ms. */
  readonly notBefore: number
  readonly notAfter: number
  readonly key: PlatformKey
  /** What the key attestation extension holds, null where there is none. */
  readonly description: Uint8Array | null
  readonly x509: X509Certificate
}

/** A subject's public key. */
export interface PlatformKey {
  readonly kind: 'RSA' | 'P-256' | 'P-384'
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array
  /** SHA-256 of it. */
  readonly hash: Uint8Array
}

const KEY_DESCRIPTION = '1.3.6.1.4.1.11129.2.1.17'
const SERIAL_NUMBER = Uint8Array.of(0x55, 0x04, 0x05) // 2.5.4.5
/** 2.5.29 and 1.3.6.1.5.5.7, of which extensions the library knows some. */
const STANDARD = ['551d', '2b0601050507']
/** RFC 5758 and RFC 4055: ECDSA and RSA PKCS#1 v1.5 with SHA-2, by their DER without parameters. */
const SIGNATURES: ReadonlySet<string> = new Set([
  '2a8648ce3d040302',
  '2a8648ce3d040303',
  '2a8648ce3d040304',
  '2a864886f70d01010b',
  '2a864886f70d01010c',
  '2a864886f70d01010d',
])
const KEY_KINDS: Readonly<Record<string, PlatformKey['kind']>> = {
  '2a864886f70d010101': 'RSA',
  '2a8648ce3d0201 2a8648ce3d030107': 'P-256',
  '2a8648ce3d0201 2b81040022': 'P-384',
}

/**
 * Our own walk first, so that the library meets only what is well formed, and no key or signature of a
 * kind it knows and we do not. @throws {Refusal} attestation-needed: malformed, algorithm
 */
export function readCertificate(bytes: Uint8Array): Certificate {
  const parts = membersOf(readDer(bytes))
  attest(parts.length === 3, 'malformed', 'expected a certificate')
  const [tbs, algorithm, signature] = parts
  const fields = membersOf(tbs)
  checkSignature(fields, algorithm, signature)
  // [0] version is there in every certificate with extensions.
  const [version, serial, , issuer, , subject, spki] = fields
  attest(version?.cls === 2 && version.tag === 0, 'malformed', 'expected a version 3 certificate')
  attest(isA(serial, 'integer'), 'malformed', 'expected a serial number')
  const key = readKey(spki)
  const names = [issuer, subject].map((name) => membersOf(name))
  checkExtensions(fields.at(-1))
  const x509 = decode(bytes)
  const descriptions = x509.extensions.filter(({ type }) => type === KEY_DESCRIPTION)
  attest(descriptions.length <= 1, 'extended', 'one certificate carries the extension twice')
  return {
    serial: toHex(serial.content).replace(/^0+/, ''),
    issuer: issuer!.bytes,
    subject: subject!.bytes,
    subjectHasSerial: names[1]!.some((rdn) => rdn.children.some(isSerialNumber)),
    notBefore: x509.notBefore.getTime(),
    notAfter: x509.notAfter.getTime(),
    key,
    description: descriptions[0] ? new Uint8Array(descriptions[0].value) : null,
    x509,
  }
}

/** What an extension of X.509 itself holds the library reads as well: nothing that is nested without end. */
function checkExtensions(last: Der | undefined): void {
  attest(last?.cls === 2 && last.tag === 3, 'malformed', 'expected extensions')
  for (const extension of membersOf(last.children[0])) {
    const [type] = extension.children
    const value = extension.children.at(-1)
    attest(isA(type, 'oid') && isA(value, 'octetString'), 'malformed', 'expected an extension')
    if (STANDARD.some((prefix) => toHex(type.content).startsWith(prefix))) readDer(value.content)
  }
}

function isSerialNumber(attribute: Der): boolean {
  const [type] = attribute.children
  return isA(type, 'oid') && equal(type.content, SERIAL_NUMBER)
}

/** Named the same outside and inside what is signed, and whole bytes: no second spelling of one certificate. */
function checkSignature(
  fields: readonly Der[],
  outer: Der | undefined,
  signature: Der | undefined,
): void {
  const inner = fields[2]
  const [oid] = membersOf(inner)
  attest(
    isA(oid, 'oid') && SIGNATURES.has(toHex(oid.content)),
    'algorithm',
    'signed by an algorithm that is not taken',
  )
  const isSame = inner !== undefined && outer !== undefined && equal(inner.bytes, outer.bytes)
  attest(isSame, 'chain', 'the algorithm outside is not the one that was signed')
  attest(
    isA(signature, 'bitString') && signature.content[0] === 0,
    'malformed',
    'a signature that is no row of bytes',
  )
}

function readKey(spki: Der | undefined): PlatformKey {
  const [algorithm, bits] = membersOf(spki)
  const [oid, curve] = membersOf(algorithm)
  const isCurve = curve?.cls === 0 && curve.tag === TAG.oid
  const name = [oid, isCurve ? curve : undefined]
    .flatMap((part) => (part ? [toHex(part.content)] : []))
    .join(' ')
  const kind = KEY_KINDS[name]
  attest(kind !== undefined, 'algorithm', 'a key of a kind that is not taken')
  attest(
    isA(bits, 'bitString') && bits.content[0] === 0,
    'malformed',
    'a key that is no row of bytes',
  )
  return { kind, spki: spki!.bytes, hash: sha256(spki!.bytes) }
}

function decode(bytes: Uint8Array): X509Certificate {
  try {
    const x509 = new X509Certificate(bytes)
    // Both are read late: here is where bytes the library does not like must show.
    attest(
      x509.extensions.length > 0 && x509.notAfter > x509.notBefore,
      'malformed',
      'no extensions, or over before it begins',
    )
    return x509
  } catch {
    attest(false, 'malformed', 'this is no certificate')
  }
}
