import { createPublicKey, webcrypto } from 'node:crypto'
import { equal, toHex, type PublicKey } from '../../core/index.ts'
import { es256PublicKey } from '../../host/index.ts'
import { readCertificate, type Certificate, type PlatformKey } from './certificate.ts'
import { attest } from './refuse.ts'
import type { PlatformRoot } from './roots.ts'

/** Leaf first, root last: at least three, or the leaf would be signed by the root itself. */
export type Chain = readonly Certificate[]

const MIN_LENGTH = 3
const MAX_LENGTH = 8

/** @throws {Refusal} attestation-needed: chain, malformed, algorithm, extended */
export function readChain(certificates: readonly Uint8Array[]): Chain {
  const { length } = certificates
  attest(length >= MIN_LENGTH && length <= MAX_LENGTH, 'chain', 'expected three to eight links')
  return certificates.map(readCertificate)
}

/**
 * Ends in a pinned key that is still trusted. The root's certificate proves nothing and its dates are
 * not asked: one key has had several. @throws {Refusal} attestation-needed: root, expired
 */
export function checkRoot(
  chain: Chain,
  roots: readonly PlatformRoot[],
  nowMs: number,
): asserts chain {
  const last = chain.at(-1)!
  const root = roots.find(({ keyHash }) => keyHash === toHex(last.key.hash))
  attest(root !== undefined, 'root', 'the chain ends in no root that is trusted here')
  attest(equal(last.issuer, last.subject), 'root', 'the last link is not issued by itself')
  attest(nowMs < root.until, 'expired', 'the root is no longer trusted')
}

/** Every name and every signature, that of the root on itself too. @throws {Refusal} attestation-needed: chain */
export async function checkLinks(chain: Chain): Promise<void> {
  const keys = new Set(chain.map(({ key }) => toHex(key.hash)))
  attest(keys.size === chain.length, 'chain', 'a key stands in the chain twice')
  for (const [i, link] of chain.entries()) {
    const issuer = chain[i + 1] ?? link
    attest(equal(link.issuer, issuer.subject), 'chain', 'a link is not issued by the next one')
    attest(await isSignedBy(link, issuer), 'chain', 'a signature of the chain does not verify')
  }
}

async function isSignedBy(link: Certificate, issuer: Certificate): Promise<boolean> {
  try {
    return await link.x509.verify(
      { publicKey: issuer.x509.publicKey, signatureOnly: true },
      webcrypto,
    )
  } catch {
    return false // the algorithm named is not one this key can sign by
  }
}

/**
 * The leaf's dates come from the phone and are not asked, the root's from the table of roots. What a
 * factory put into phones outlives its dates, since it cannot be renewed there; what was provisioned
 * from afar can, and must be. @throws {Refusal} attestation-needed: expired
 */
export function checkDates(chain: Chain, nowMs: number): void {
  const between = chain.slice(1, -1)
  const isFromFactory = between.at(-1)!.subjectHasSerial
  for (const { notBefore, notAfter } of between) {
    attest(notBefore <= nowMs, 'expired', 'a link is not valid yet')
    attest(isFromFactory || nowMs <= notAfter, 'expired', 'a link is no longer valid')
  }
}

/** Of a platform that issues leaf and all from afar: whatever ended is over. @throws {Refusal} attestation-needed: expired */
export function checkEveryDate(chain: Chain, nowMs: number): void {
  const isNow = chain
    .slice(0, -1)
    .every(({ notBefore, notAfter }) => notBefore <= nowMs && nowMs <= notAfter)
  attest(isNow, 'expired', 'a link is not valid now')
}

/** The attested key, as phones have it. @throws {Refusal} attestation-needed: algorithm */
export function p256Key({ kind, spki }: PlatformKey): PublicKey {
  attest(kind === 'P-256', 'algorithm', 'the attested key is not of P-256')
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    return es256PublicKey(key)
  } catch {
    attest(false, 'algorithm', 'the attested key is no point of P-256')
  }
}

/**
 * Whoever holds an attested key can sign more certificates with it, so what is nearest the root is the
 * truth; a leaf that claims it again, or a leaf below the attested key, is somebody's addition.
 * @returns what the leaf's extension holds
 * @throws {Refusal} attestation-needed: extended
 */
export function soleDescription(chain: Chain): Uint8Array {
  const carrying = chain.filter(({ description }) => description !== null)
  const { description } = chain[0]!
  attest(
    carrying.length === 1 && description !== null,
    'extended',
    'the leaf, and nothing else, must carry the extension',
  )
  return description
}
