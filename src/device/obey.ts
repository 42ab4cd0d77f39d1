import { parseDocument, parseRoot } from '../core/index.ts'
import { parseBundle, readTrust, walkRoots, type Accepted, type Verifiers } from '../wire/index.ts'
import type { StoreRecord } from './secure-store.ts'

/** The record after an accepted bundle: trust.md §12, step 18. `bundle` is what was verified. */
export function obey(record: StoreRecord, bundle: Uint8Array, accepted: Accepted): StoreRecord {
  const { order, index, device, now, treeSize, owner } = accepted
  return {
    ...record,
    device,
    holdLapsed: false,
    last: { auth: order.auth, index },
    root: newestRoot(record.root, bundle, accepted.trust.root.version),
    now,
    treeSize,
    owner,
  }
}

/** The bytes of the root document that verification ended with: the first of that version. */
function newestRoot(own: Uint8Array, bundle: Uint8Array, version: number): Uint8Array {
  if (versionOf(own) === version) return own
  return parseBundle(bundle).roots.find((root) => versionOf(root) === version) ?? own
}

/** The record of a phone that was led to newer root documents. @throws as `walkRoots` */
export function underNewest(
  record: StoreRecord,
  roots: readonly Uint8Array[],
  verify: Verifiers,
): StoreRecord {
  walkRoots(roots, readTrust(record.root, verify))
  return { ...record, root: roots.at(-1) ?? record.root }
}

function versionOf(root: Uint8Array): number {
  return parseRoot(parseDocument(root, 'application/stolen-root+cbor').payload).version
}
