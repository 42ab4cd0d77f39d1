import { KeyMintKeyDescription } from '@peculiar/asn1-android'
import { AsnConvert } from '@peculiar/asn1-schema'
import { toHex } from '../../core/index.ts'
import { isA, membersOf, readDer, TAG, type Der } from './der.ts'
import { attest } from './refuse.ts'

const ALGORITHM = 2
/** RSA, EC, AES, 3DES, HMAC: what the library knows. Which of them may sign is not asked here. */
const ALGORITHMS: ReadonlySet<number> = new Set([1, 3, 32, 33, 128])
const ROOT_OF_TRUST = 704
/** Every tag the library's strict class has; any other is a description we do not understand. */
const TAGS: ReadonlySet<number> = new Set(
  [
    [1, 2, 3, 5, 6, 10, 200, 203, 303, 305, 400, 401, 402, 405],
    [503, 504, 505, 506, 507, 508, 509, 600, 601, 701, 702, 703, 704, 705, 706, 709],
    [710, 711, 712, 713, 714, 715, 716, 717, 718, 719, 720, 723, 724],
  ].flat(),
)
const MEMBERS = [
  TAG.integer,
  TAG.enumerated,
  TAG.integer,
  TAG.enumerated,
  TAG.octetString,
  TAG.octetString,
  TAG.sequence,
  TAG.sequence,
] as const

/**
 * What the secure world says of the key it made. Our walk checks the shape, the library decodes: alone it
 * lets a boolean of any bytes pass, and throws at an algorithm it does not know.
 * @throws {Refusal} attestation-needed: malformed, algorithm
 */
export function readKeyDescription(bytes: Uint8Array): KeyMintKeyDescription {
  const members = membersOf(readDer(bytes))
  const isShaped =
    members.length === MEMBERS.length &&
    members.every(({ cls, tag }, i) => cls === 0 && tag === MEMBERS[i])
  attest(isShaped, 'malformed', 'expected the eight members of a key description')
  const [software, hardware] = members.slice(6)
  checkAlgorithm(hardware!.children)
  checkTags(software!.children)
  checkTags(hardware!.children)
  checkRootOfTrust(hardware!.children)
  try {
    return AsnConvert.parse(bytes, KeyMintKeyDescription)
  } catch {
    attest(false, 'malformed', 'the key description does not decode')
  }
}

/** Strictly ascending, so none twice. */
function checkTags(list: readonly Der[]): void {
  let last = 0
  for (const { cls, tag, isConstructed, children } of list) {
    const isWrapped = cls === 2 && isConstructed && children.length === 1
    attest(isWrapped && TAGS.has(tag), 'malformed', 'a tag that is not known')
    attest(tag > last, 'malformed', 'tags out of order')
    last = tag
  }
}

/** Before the tags, since an algorithm that came later brought tags of its own. */
function checkAlgorithm(list: readonly Der[]): void {
  const value = list.find(({ cls, tag }) => cls === 2 && tag === ALGORITHM)?.children[0]
  if (value === undefined) return
  const isKnown = isA(value, 'integer') && ALGORITHMS.has(Number(`0x${toHex(value.content)}`))
  attest(isKnown, 'algorithm', 'the key is described as one of a kind that is not taken')
}

/** Key, whether the boot loader is locked, state, and from version 3 on the hash. */
function checkRootOfTrust(list: readonly Der[]): void {
  const root = list.find(({ cls, tag }) => cls === 2 && tag === ROOT_OF_TRUST)?.children[0]
  if (root === undefined) return
  const [key, locked, state, hash, ...rest] = membersOf(root)
  const isShaped =
    isA(key, 'octetString') &&
    isA(locked, 'boolean') &&
    isA(state, 'enumerated') &&
    (hash === undefined || isA(hash, 'octetString')) &&
    rest.length === 0
  attest(isShaped, 'malformed', 'the root of trust is not in its form')
}
