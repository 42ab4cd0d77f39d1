import { X509Certificate, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** PEM. */
export interface Certified {
  readonly key: string
  readonly cert: string
}

/** A certificate authority of a test's own: P-256, X.509 by hand (RFC 5280). */
export class CertificateAuthority {
  readonly #name: string
  readonly #key: KeyObject
  readonly cert: string
  #serial = 1

  constructor(name: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#name = name
    this.#key = privateKey
    const isAuthority = sequence(oid('551d13'), CRITICAL, octets(sequence(TRUE)))
    this.cert = this.issue(name, publicKey, isAuthority)
  }

  certify(host: string): Certified {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const names = sequence(oid('551d11'), octets(sequence(der(0x82, Buffer.from(host)))))
    return {
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      cert: this.issue(host, publicKey, names),
    }
  }

  private issue(subject: string, key: KeyObject, extension: Buffer): string {
    const body = sequence(
      der(0xa0, integer(2)),
      integer(this.#serial++),
      ECDSA_SHA256,
      commonName(this.#name),
      sequence(der(0x17, Buffer.from('250101000000Z')), der(0x17, Buffer.from('491231235959Z'))),
      commonName(subject),
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(extension)),
    )
    const signature = der(0x03, Buffer.from([0]), sign('sha256', body, this.#key))
    return new X509Certificate(sequence(body, ECDSA_SHA256, signature)).toString()
  }
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const integer = (value: number) => der(0x02, Buffer.from([value]))
const octets = (content: Buffer) => der(0x04, content)
const commonName = (name: string) =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))))

const TRUE = der(0x01, Buffer.from([0xff]))
const CRITICAL = TRUE
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))
