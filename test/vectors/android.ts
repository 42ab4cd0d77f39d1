import { isDeepStrictEqual } from 'node:util'
import {
  AttestationApplicationId,
  type AuthorizationList,
  type KeyMintKeyDescription,
  type RootOfTrust,
} from '@peculiar/asn1-android'
import { AsnConvert, type OctetString } from '@peculiar/asn1-schema'
import { fromBase64, toHex } from '../../src/core/index.ts'
import { readCertificate } from '../../src/registry/attestation/certificate.ts'
import { readChain, soleDescription } from '../../src/registry/attestation/chain.ts'
import { readKeyDescription } from '../../src/registry/attestation/key-description.ts'
import { ANDROID_ROOTS } from '../../src/registry/attestation/roots.ts'
import { alteredChains, verifiedAt } from './android-alterations.ts'
import type { Json, VectorFile, VectorKind } from './outside.ts'

/**
 * Key attestation chains as android/keyattestation publishes them: `<name>.json` says what the leaf of
 * `<name>.pem` decodes to. Beside that each is altered here in every way that must be refused. Some hold
 * the number of somebody's phone, so a disagreement is told by the name of its field only.
 */
export const ANDROID: VectorKind = {
  name: 'android key attestation',
  holds: (json) => 'attestationSecurityLevel' in json && 'hardwareEnforced' in json,
  judge,
}

/** The published list of roots: each of ours is in it, and it has no other. */
export const ANDROID_ROOT_LIST: VectorKind = {
  name: 'android roots',
  holds: ({ items }) => Array.isArray(items) && items.every(isPem),
  judge: ({ json }) => {
    const published = certificatesOf((json['items'] as string[]).join('\n'))
      .map((bytes) => toHex(readCertificate(bytes).key.hash))
      .toSorted()
    const pinned = ANDROID_ROOTS.map(({ keyHash }) => keyHash).toSorted()
    return isDeepStrictEqual(published, pinned) ? null : 'not the roots that are pinned'
  },
}

const isPem = (item: unknown) =>
  typeof item === 'string' && item.startsWith('-----BEGIN CERTIFICATE-----')

function certificatesOf(pem: string): Uint8Array[] {
  const blocks = pem.matchAll(
    /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g,
  )
  return [...blocks].map(([, text]) => fromBase64(text!.replace(/\s/g, '')))
}

async function judge({ json, beside }: VectorFile): Promise<string | null> {
  const pem = await beside('.pem')
  if (pem === null) return 'there is no chain beside it'
  const certificates = certificatesOf(pem)
  const description = readKeyDescription(soleDescription(readChain(certificates)))
  const differing = differences(described(description), json)
  if (differing.length > 0) return `decodes differently: ${differing.join(', ')}`
  const expected = expectedRule(certificates, json)
  const found = await verifiedAt(certificates, json)
  if (found !== expected) return `expected ${expected}, found ${found}`
  for await (const { what, rule } of alteredChains(certificates, json))
    if (rule === 'accepted') return `accepted with ${what}`
  return null
}

/** What is wrong with a genuine chain by our rules, the first of it. */
function expectedRule(certificates: readonly Uint8Array[], json: Json): string {
  const root = toHex(readCertificate(certificates.at(-1)!).key.hash)
  const hardware = json['hardwareEnforced'] as Json
  const boot = hardware['rootOfTrust'] as Json | undefined
  if (!ANDROID_ROOTS.some(({ keyHash }) => keyHash === root)) return 'root'
  if (hardware['algorithms'] !== '3') return 'algorithm'
  if (boot?.['deviceLocked'] !== true) return 'unlocked'
  return 'accepted'
}

/** Names of fields that are not the same on both sides, never their values. */
function differences(ours: Json, theirs: Json, at = ''): string[] {
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)])
  return [...keys].flatMap((key) => {
    const [own, other] = [ours[key], theirs[key]]
    // Some files of theirs say this, some do not: what is out of order does not decode here at all.
    if (key === 'areTagsOrdered' && other === undefined) return []
    if (isObject(own) && isObject(other)) return differences(own, other, `${at}${key}.`)
    return isDeepStrictEqual(own, other) ? [] : [`${at}${key}`]
  })
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const LEVELS = ['SOFTWARE', 'TRUSTED_ENVIRONMENT', 'STRONG_BOX']
const BOOT_STATES = ['VERIFIED', 'SELF_SIGNED', 'UNVERIFIED', 'FAILED']
const ORIGINS = ['GENERATED', 'DERIVED', 'IMPORTED', 'RESERVED', 'SECURELY_IMPORTED']
const THEIR_NAMES: Readonly<Record<string, string>> = {
  purpose: 'purposes',
  algorithm: 'algorithms',
  digest: 'digests',
  padding: 'paddings',
  mgfDigest: 'rsaOaepMgfDigests',
}

function described(description: KeyMintKeyDescription): Json {
  return {
    attestationVersion: String(description.attestationVersion),
    attestationSecurityLevel: LEVELS[description.attestationSecurityLevel],
    keyMintVersion: String(description.keyMintVersion),
    keyMintSecurityLevel: LEVELS[description.keyMintSecurityLevel],
    attestationChallenge: base64(description.attestationChallenge),
    uniqueId: base64(description.uniqueId),
    softwareEnforced: listed(description.softwareEnforced),
    hardwareEnforced: listed(description.hardwareEnforced),
  }
}

function listed(list: AuthorizationList): Json {
  const entries = Object.entries(list).filter(([, value]) => value !== undefined)
  const fields = entries.map(([name, value]) => [THEIR_NAMES[name] ?? name, fieldOf(name, value)])
  return { ...Object.fromEntries(fields), areTagsOrdered: true }
}

function fieldOf(name: string, value: unknown): unknown {
  if (value === null) return true
  if (name === 'origin') return ORIGINS[Number(value)]
  if (name === 'rootOfTrust') return bootOf(value as RootOfTrust)
  if (name === 'attestationApplicationId') return applicationOf(value as OctetString)
  if (name === 'moduleHash') return base64(value as OctetString)
  if (Array.isArray(value)) return Array.from(value, String)
  return typeof value === 'object' ? text(value as OctetString) : String(value as number)
}

function bootOf(root: RootOfTrust): Json {
  return {
    verifiedBootKey: base64(root.verifiedBootKey),
    deviceLocked: root.deviceLocked,
    verifiedBootState: BOOT_STATES[root.verifiedBootState],
    ...(root.verifiedBootHash && { verifiedBootHash: base64(root.verifiedBootHash) }),
  }
}

function applicationOf(octets: OctetString): Json {
  // An empty set comes back as nothing.
  const { packageInfos, signatureDigests } = AsnConvert.parse(
    octets.buffer,
    AttestationApplicationId,
  )
  return {
    packages: packageInfos.map(({ packageName, version }) => ({
      name: text(packageName),
      version: String(version),
    })),
    signatures: Array.from(signatureDigests ?? [], base64),
  }
}

const base64 = (octets: OctetString) => bufferOf(octets).toString('base64')
const text = (octets: OctetString) => bufferOf(octets).toString('utf8')

/** The library says octet string of those of an application, too, and gives a bare buffer. */
function bufferOf(octets: OctetString | ArrayBuffer): Buffer {
  return Buffer.from(octets instanceof ArrayBuffer ? octets : octets.buffer)
}
