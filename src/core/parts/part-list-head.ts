import { equal } from '../bytes.ts'
import { Fields, decodeCbor, type CborValue } from '../cbor.ts'
import type { Authorities } from '../chain.ts'
import { coseSign, type ContentType } from '../cose.ts'
import type { Signer, VerifyEs256 } from '../crypto.ts'
import { encodeDocument, parseDocument } from '../entry.ts'
import { demand } from '../refusal.ts'
import { checkRegistrySigners } from '../status-token.ts'

/** What ties a list of parts to one tree of a log. */
export interface PartListHead {
  /** Origin of the log. */
  readonly log: string
  readonly treeSize: number
  /** Root of that tree, 32 bytes. */
  readonly root: Uint8Array
  /** SHA-256 of the encoded list. */
  readonly hash: Uint8Array
}

const TYPE = 'application/stolen-partlist+cbor' satisfies ContentType

/** The home's own registry signs. */
export function signPartListHead(head: PartListHead, signer: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, head.log],
    [3, head.treeSize],
    [4, head.root],
    [5, head.hash],
  ])
  return encodeDocument(coseSign(TYPE, payload, [signer]))
}

/** The list a phone holds, by which it tells an older one. */
export interface HeldPartList {
  readonly treeSize: number
  readonly hash: Uint8Array
}

/**
 * @param at cosigned time of the tree it names, Unix seconds
 * @throws {Refusal} malformed, not-canonical, signer-set, chain, cert-time, signature
 */
export function readPartListHead(
  bytes: Uint8Array,
  authorities: Authorities,
  at: number,
  verify: VerifyEs256,
): PartListHead {
  const cose = parseDocument(bytes, TYPE)
  const fields = new Fields(decodeCbor(cose.payload, 1024))
  demand(fields.uint(1) === 1, 'malformed', 'expected part list head version 1')
  const head = {
    log: fields.text(2),
    treeSize: fields.uint(3),
    root: fields.bytes(4, 32),
    hash: fields.bytes(5, 32),
  }
  fields.done()
  checkRegistrySigners(cose, 1, authorities, at, verify)
  return head
}

/** Newer than what is held, or the very same. @throws {Refusal} tree-went-back */
export function checkNotOlder(head: PartListHead, held: HeldPartList | null): void {
  if (held === null || head.treeSize > held.treeSize) return
  const isSame = head.treeSize === held.treeSize && equal(head.hash, held.hash)
  demand(isSame, 'tree-went-back', 'a list of a smaller log than the one this phone has')
}
