import {
  Fields,
  MAX_PART_LIST_BYTES,
  asBytes,
  authoritiesFrom,
  checkNotOlder,
  decodeCbor,
  decodePartList,
  demand,
  encodeCbor,
  equal,
  isWithin,
  readCertificate,
  readPartListHead,
  sha256,
  type CborValue,
  type HeldPartList,
  type PartList,
} from '../core/index.ts'
import { checkQuorum, logKeys, openCheckpoint } from '../log/index.ts'
import type { Trust } from './trust.ts'

/** A list of stolen parts with what proves whose word it is and of which tree: any carrier may bring it. */
export interface CarriedParts {
  /** As `encodePartList` made it. */
  readonly list: Uint8Array
  /** Signed by a registry key. */
  readonly head: Uint8Array
  /** Certificates of those, root side first. */
  readonly certificates: readonly Uint8Array[]
  /** The checkpoint of the list's tree, with the guarded quorum. */
  readonly checkpoint: string
}

const MAX_CERTIFICATES = 16
const MAX_CHECKPOINT = 65_536
/** The list, and room for the rest. */
export const MAX_CARRIED_BYTES = MAX_PART_LIST_BYTES + 2 ** 18

export function encodeCarried({ list, head, certificates, checkpoint }: CarriedParts): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, list],
      [2, head],
      [3, [...certificates]],
      [4, checkpoint],
    ]),
  )
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function parseCarried(bytes: Uint8Array): CarriedParts {
  const fields = new Fields(decodeCbor(bytes, MAX_CARRIED_BYTES))
  const carried = {
    list: fields.bytes(1),
    head: fields.bytes(2),
    certificates: fields.array(3).map((item) => asBytes(item)),
    checkpoint: fields.text(4, MAX_CHECKPOINT),
  }
  fields.done()
  const { length } = carried.certificates
  demand(length <= MAX_CERTIFICATES, 'too-large', 'more certificates than a chain has')
  return carried
}

/** What whoever a list is for knows when it arrives: a phone, or the registry of another log. */
export interface ListReceiver {
  /** The log, and the authority its registry stands below; null: any that the root knows. */
  readonly home: { readonly log: string; readonly authority: string | null }
  /** The list it has. */
  readonly held: HeldPartList | null
}

/** A list that may be believed. */
export interface OpenedParts extends HeldPartList {
  readonly list: PartList
  /** Cosigned time, Unix seconds. */
  readonly now: number
}

/**
 * Judges a list as the phone must: of its home log, signed by two of its registry's keys, made of a
 * tree that witnesses and guardians have seen, whole, and not older than the one it has.
 * @throws {Refusal} too-large, malformed, not-canonical · log-unknown, log-signature · witness-quorum,
 * guardian-quorum · chain, cert-time, signer-set, signature · not-included, snapshot-hash, tree-went-back
 */
export function openCarried(bytes: Uint8Array, trust: Trust, receiver: ListReceiver): OpenedParts {
  const carried = parseCarried(bytes)
  const { home } = receiver
  const { guarded, verify } = trust
  const tree = openCheckpoint(carried.checkpoint, logKeys(guarded), verify.ed25519)
  demand(tree.origin === home.log, 'log-unknown', 'a list of another log than the home one')
  const now = checkQuorum(tree, guarded, verify.ed25519).timeSeconds ?? 0
  const certificates = carried.certificates
    .map(readCertificate)
    .filter(({ cert }) => home.authority === null || isWithin(cert.sub, home.authority))
  const authorities = authoritiesFrom(trust.root, certificates, verify.es256)
  const head = readPartListHead(carried.head, authorities, now, verify.es256)
  const isOfTree = head.treeSize === tree.size && equal(head.root, tree.root)
  demand(head.log === tree.origin && isOfTree, 'not-included', 'the head is of another tree')
  const hash = sha256(carried.list)
  demand(equal(hash, head.hash), 'snapshot-hash', 'another list than its head names')
  checkNotOlder(head, receiver.held)
  const list = decodePartList(carried.list)
  const isSame = list.log === head.log && list.treeSize === head.treeSize
  demand(isSame, 'snapshot-hash', 'the list is of another tree than its head')
  return { list, now, treeSize: head.treeSize, hash }
}
