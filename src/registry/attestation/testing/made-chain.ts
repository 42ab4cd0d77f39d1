import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { Extension, X509CertificateGenerator, type X509Certificate } from '@peculiar/x509'
import {
  concat,
  fromHex,
  sha256,
  toHex,
  withCheckDigit,
  type Imei14,
  type PublicKey,
} from '../../../core/index.ts'
import type { PlatformRoot } from '../roots.ts'
import {
  boolean,
  enumerated,
  integer,
  nothing,
  octets,
  sequence,
  setOf,
  tagged,
  text,
} from './der-writer.ts'

const KEY_DESCRIPTION_OID = '1.3.6.1.4.1.11129.2.1.17'
const APPLE = '1.2.840.113635.100.'
/** SubjectPublicKeyInfo of an uncompressed P-256 point, up to its coordinates. */
const P256_SPKI = fromHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004')
const YEAR = 365 * 86_400_000

/** Bytes of one authorization list, by tag. */
export type Tags = ReadonlyMap<number, Uint8Array>

/** What a phone's hardware would say, each part as bytes a test may replace. */
interface Description {
  readonly level?: readonly [word: number, key: number]
  readonly nonce: Uint8Array
  readonly hardware: Tags
  readonly software?: Tags
}

export function describe({ level = [1, 1], nonce, hardware, software }: Description): Uint8Array {
  const list = (tags: Tags = new Map()) =>
    sequence(...[...tags].map(([tag, inner]) => tagged(tag, inner)))
  return sequence(
    integer(300),
    enumerated(level[0]),
    integer(300),
    enumerated(level[1]),
    octets(nonce),
    octets(new Uint8Array()),
    list(software ?? new Map([[701, integer(1_700_000_000_000)]])),
    list(hardware),
  )
}

/** An honest phone: locked, verified, a signing key of P-256 made in it. */
export function honest(imeis: readonly Imei14[], changes: Tags = new Map()): Tags {
  const tags = new Map<number, Uint8Array>([
    [1, setOf(integer(2))],
    [2, integer(3)],
    [3, integer(256)],
    [5, setOf(integer(4))],
    [10, integer(1)],
    [503, nothing],
    [702, integer(0)],
    [704, rootOfTrust()],
    [705, integer(160_000)],
    [706, integer(202_610)],
  ])
  for (const [i, imei] of imeis.entries()) tags.set([714, 723][i]!, text(withCheckDigit(imei)))
  for (const [tag, inner] of changes) tags.set(tag, inner)
  return new Map([...tags].toSorted(([a], [b]) => a - b))
}

export function rootOfTrust({ locked = boolean(0xff), state = enumerated(0) } = {}): Uint8Array {
  const hash = octets(new Uint8Array(32))
  return sequence(hash, locked, state, hash)
}

/** What Apple's leaf says of an honest phone. @param nonce of the asker, 32 bytes */
export const appleSays = (serial: string, nonce: Uint8Array): Extensions => [
  [`${APPLE}8.9.1`, Buffer.from(serial)],
  [`${APPLE}8.9.2`, Buffer.from('00008101-001A2B3C4D5E6F70')],
  [`${APPLE}8.10.2`, Buffer.from('26.0')],
  [`${APPLE}8.10.3`, Buffer.from('mBoot-0000')],
  [`${APPLE}8.11.1`, sha256(nonce)],
]

interface Link {
  readonly certificate: X509Certificate
  readonly key: webcrypto.CryptoKey
}

interface Issued {
  readonly subject: string
  readonly key: webcrypto.CryptoKeyPair
  readonly serialNumber?: string
  readonly description?: Uint8Array
  readonly extra?: Uint8Array
  readonly more?: Extensions
  readonly notAfter?: Date
}

/** Values of extensions by object identifier, raw. */
export type Extensions = readonly (readonly [oid: string, value: Uint8Array])[]

/** How a chain of Apple's kind differs from an honest one. */
interface AppleChanges {
  /** What the issuer of the leaf claims as well. */
  readonly above?: Extensions
  /** When the leaf ends, ms. */
  readonly ends?: number
  readonly curve?: 'P-256' | 'P-384'
}

/** How a chain differs from an honest factory's. */
export interface ChainChanges {
  /** Distinguished name of what stands below the root; one with a serialNumber is a factory's. */
  readonly batch?: string
  readonly batchEndsMs?: number
  readonly batchSerial?: string
  /** What the hardware's own certificate claims as well. */
  readonly second?: Uint8Array
  /** Value of a further extension of the leaf, one of X.509's own. */
  readonly extra?: Uint8Array
  /** Of the attested key. */
  readonly curve?: 'P-256' | 'P-384'
}

/** A platform's root and what it issues, with keys made for one test. */
export class MadePlatform {
  readonly roots: readonly PlatformRoot[]
  readonly #nowMs: number
  readonly #root: Link

  private constructor(root: Link, nowMs: number) {
    this.#root = root
    this.#nowMs = nowMs
    const keyHash = toHex(sha256(new Uint8Array(root.certificate.publicKey.rawData)))
    this.roots = [{ name: 'made', keyHash, until: nowMs + 20 * YEAR }]
  }

  static async create(nowMs: number): Promise<MadePlatform> {
    const pair = await makeKey('P-384')
    const subject = 'CN=Made Root'
    const certificate = await X509CertificateGenerator.createSelfSigned(
      {
        serialNumber: '01',
        name: subject,
        // Over already: a root is trusted by its key.
        notBefore: new Date(nowMs - 10 * YEAR),
        notAfter: new Date(nowMs - YEAR),
        keys: pair,
        extensions: [new Extension('2.5.29.19', true, Buffer.from('30030101ff', 'hex'))],
      },
      webcrypto,
    )
    return new MadePlatform({ certificate, key: pair.privateKey }, nowMs)
  }

  /** Leaf first: the attested key, the hardware's own, that of its batch, the root. */
  async chain(
    key: PublicKey,
    description: Uint8Array,
    changes: ChainChanges = {},
  ): Promise<Uint8Array[]> {
    const { batch = '2.5.4.5=87f4514475ba0a2b', curve = 'P-256' } = changes
    const [batchPair, hardwarePair] = [await makeKey('P-384'), await makeKey('P-256')]
    const issuer = await this.issue(this.#root, {
      subject: batch,
      key: batchPair,
      serialNumber: changes.batchSerial ?? '0a',
      ...(changes.batchEndsMs !== undefined && { notAfter: new Date(changes.batchEndsMs) }),
    })
    const hardware = await this.issue(issuer, {
      subject: '2.5.4.5=3e7fb6a1ee4bd568',
      key: hardwarePair,
      ...(changes.second && { description: changes.second }),
    })
    const publicKey = curve === 'P-256' ? await importP256(key) : (await makeKey(curve)).publicKey
    const leaf = await this.issue(hardware, {
      subject: 'CN=Android Keystore Key',
      key: { publicKey, privateKey: hardwarePair.privateKey },
      description,
      ...(changes.extra && { extra: changes.extra }),
    })
    return [leaf, hardware, issuer, this.#root].map(
      ({ certificate }) => new Uint8Array(certificate.rawData),
    )
  }

  /** Leaf first: the attested key with these extensions, who issues for Apple, the root. */
  async appleChain(
    key: PublicKey,
    said: Extensions,
    changes: AppleChanges = {},
  ): Promise<Uint8Array[]> {
    const pair = await makeKey('P-384')
    const { above, ends, curve = 'P-256' } = changes
    const sub = await this.issue(this.#root, {
      subject: 'CN=Made Enterprise Attestation Sub CA',
      key: pair,
      ...(above && { more: above }),
    })
    const publicKey = curve === 'P-256' ? await importP256(key) : (await makeKey(curve)).publicKey
    const leaf = await this.issue(sub, {
      subject: 'CN=Made Device',
      key: { publicKey, privateKey: pair.privateKey },
      more: said,
      ...(ends !== undefined && { notAfter: new Date(ends) }),
    })
    return [leaf, sub, this.#root].map(({ certificate }) => new Uint8Array(certificate.rawData))
  }

  private async issue(
    by: Link,
    { key, description, extra, more = [], subject, ...rest }: Issued,
  ): Promise<Link> {
    const extensions = [new Extension('2.5.29.15', true, Buffer.from('03020780', 'hex'))]
    if (description) extensions.push(new Extension(KEY_DESCRIPTION_OID, false, description))
    if (extra) extensions.push(new Extension('2.5.29.32', false, extra))
    for (const [oid, value] of more) extensions.push(new Extension(oid, false, value))
    const certificate = await X509CertificateGenerator.create(
      {
        serialNumber: '01',
        subject,
        issuer: by.certificate.subject,
        notBefore: new Date(this.#nowMs - YEAR),
        notAfter: new Date(this.#nowMs + YEAR),
        publicKey: key.publicKey,
        signingKey: by.key,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
        extensions,
        ...rest,
      },
      webcrypto,
    )
    return { certificate, key: key.privateKey }
  }
}

const makeKey = (namedCurve: 'P-256' | 'P-384') =>
  webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify'])

const importP256 = ({ x, y }: PublicKey) =>
  webcrypto.subtle.importKey(
    'spki',
    concat(P256_SPKI, x, y),
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['verify'],
  )
