import { parseBundle, readTrust, walkRoots, type Accepted, type Verifiers } from '../wire/index.ts'
import { rootVersion } from './attested.ts'
import type { StoreRecord } from './secure-store.ts'

/** The record after an accepted bundle: trust.md §12, step 18. `bundle` is what was verified. */
export function obey(record: StoreRecord, bundle: Uint8Array, accepted: Accepted): StoreRecord {
  const { order, index, device, now, treeSize, owner, contact } = accepted
  return {
    ...record,
    device,
    holdLapsed: false,
    last: { auth: order.auth, index },
    root: newestRoot(record.root, bundle, accepted.trust.root.version),
    now,
    treeSize,
    owner,
    contact,
    // What he let it say of this theft is not for the next one; nor may it be brought again then.
    words: record.words && {
      ...record.words,
      ...(device.state === 'protected' && { said: null }),
    },
    // Who becomes the owner by a release must not be sold away by what came before it.
    ownedSince: owner === record.owner ? record.ownedSince : index,
  }
}

/** The bytes of the root document that verification ended with: the first of that version. */
function newestRoot(own: Uint8Array, bundle: Uint8Array, version: number): Uint8Array {
  if (rootVersion(own) === version) return own
  return parseBundle(bundle).roots.find((root) => rootVersion(root) === version) ?? own
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
