import { equal, parseSerial, sha256, type PublicKey } from '../../core/index.ts'
import type { Certificate } from './certificate.ts'
import { checkEveryDate, checkLinks, checkRoot, p256Key, readChain } from './chain.ts'
import { attest } from './refuse.ts'
import type { PlatformRoot } from './roots.ts'

/** What an attestation is held against. */
export interface AppleExpected {
  readonly roots: readonly PlatformRoot[]
  /** Drawn by us for this occasion, 32 bytes. */
  readonly nonce: Uint8Array
  readonly nowMs: number
}

/** A key that lives in the hardware of an Apple device, and the serial number it is known by. */
export interface AppleKey {
  readonly key: PublicKey
  readonly serial: string
}

/** Apple's own arc; what its attestations say stands below it. */
const APPLE = '1.2.840.113635.100.'
const SERIAL = `${APPLE}8.9.1`
const FRESHNESS = `${APPLE}8.11.1`
/** SIP, secure boot, kernel extensions. */
const MAC: readonly string[] = [`${APPLE}8.13.1`, `${APPLE}8.13.2`, `${APPLE}8.13.3`]
/** Serial, UDID, versions of sepOS and LLB, freshness: nothing else of Apple's is understood here. */
const KNOWN: readonly string[] = [
  SERIAL,
  `${APPLE}8.9.2`,
  `${APPLE}8.10.2`,
  `${APPLE}8.10.3`,
  FRESHNESS,
]
/** X.509's own that any leaf may have: RFC 5280 §4.2. */
const STANDARD: readonly string[] = [
  ...[14, 15, 17, 19, 31, 32, 35, 37].map((arc) => `2.5.29.${arc}`),
  '1.3.6.1.5.5.7.1.1',
]

/**
 * Apple's Managed Device Attestation, leaf first and the root last. It has no number of a phone: only its
 * maker's statement binds the serial number to one, so it vouches for nothing alone. No published chain with
 * serial numbers is known to us: this was held against made ones, by what Apple documents, and Apple's root
 * is in no table of ours yet.
 * @throws {Refusal} attestation-needed, its message beginning with the word of the rule
 */
export async function verifyAppleChain(
  certificates: readonly Uint8Array[],
  { roots, nonce, nowMs }: AppleExpected,
): Promise<AppleKey> {
  const chain = readChain(certificates)
  checkRoot(chain, roots, nowMs)
  await checkLinks(chain)
  checkEveryDate(chain, nowMs)
  const [leaf, ...above] = chain
  // An attested key can sign further certificates: what it adds below itself counts for nothing.
  const isSole = above.every((link) => extensionsOf(link).every(({ type }) => !isClaim(type)))
  attest(isSole, 'extended', 'what attests stands in the leaf and nowhere else')
  const said = readLeaf(leaf!)
  const freshness = said.get(FRESHNESS)
  attest(freshness !== undefined, 'nonce', 'it does not say what it was made for')
  attest(equal(freshness, sha256(nonce)), 'nonce', 'attested for another nonce')
  return { key: p256Key(leaf!.key), serial: serialIn(said.get(SERIAL)) }
}

/** The leaf's word, by object identifier. @throws {Refusal} attestation-needed: malformed, identity */
function readLeaf(leaf: Certificate): ReadonlyMap<string, Uint8Array> {
  const said = new Map<string, Uint8Array>()
  for (const { type, value } of extensionsOf(leaf)) {
    attest(!said.has(type), 'malformed', 'an extension twice')
    attest(!MAC.includes(type), 'identity', 'a Mac attests what no phone does')
    const isKnown = KNOWN.includes(type) || STANDARD.includes(type)
    attest(isKnown, 'malformed', 'an extension that is not known')
    said.set(type, new Uint8Array(value))
  }
  return said
}

/** Raw text: the extension holds the characters themselves. @throws {Refusal} attestation-needed: identity */
function serialIn(bytes: Uint8Array | undefined): string {
  attest(bytes !== undefined, 'identity', 'it names no serial number, as under user enrolment')
  const text = Buffer.from(bytes).toString('latin1')
  attest(/^[A-Z0-9]{8,14}$/.test(text), 'identity', 'not a serial number as Apple writes them')
  return parseSerial(text)
}

const extensionsOf = ({ x509 }: Certificate) => x509.extensions
const isClaim = (type: string) => type.startsWith(`${APPLE}8.`)
