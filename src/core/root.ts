import { Fields, asArray, asText, asUint, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { equal, toHex } from './bytes.ts'
import {
  coseKey,
  kidOf,
  parseCoseKey,
  thumbprint,
  type PublicKey,
  type VerifyEs256,
} from './crypto.ts'
import { verifySlot, type CoseSign } from './cose.ts'
import { parseDocument } from './entry.ts'
import { demand } from './refusal.ts'
import type { RelyingParty } from './webauthn.ts'

/** The one thing every party is given by hand: who the five root keys are and which quorums count. */
export interface RootDocument {
  /** Begins at 1 and rises by exactly 1. */
  readonly version: number
  /** Unix seconds. An expired root stops hold, lock and retire; never a release or a boot. */
  readonly expires: number
  readonly keys: readonly PublicKey[]
  readonly threshold: number
  /** C2SP policy files: what a hold, lock or retirement needs, and what everything else needs. */
  readonly guardedPolicy: string
  readonly plainPolicy: string
  readonly relyingParties: readonly RelyingParty[]
  readonly listVersion: number
}

const KEYS = 5
const MAX_POLICY = 8192

export function rootPayload(root: RootDocument): CborValue {
  return new Map<number, CborValue>([
    [1, root.version],
    [2, root.expires],
    [3, root.keys.map((key) => coseKey(key))],
    [4, root.threshold],
    [5, root.guardedPolicy],
    [6, root.plainPolicy],
    [7, root.relyingParties.map((party) => [party.role, party.rpId, [...party.origins]])],
    [8, root.listVersion],
  ])
}

/** @throws {Refusal} malformed, not-canonical, root-threshold */
export function parseRoot(payload: Uint8Array): RootDocument {
  const fields = new Fields(decodeCbor(payload))
  demand(fields.uint(1) >= 1, 'malformed', 'versions begin at 1')
  const root = {
    version: fields.uint(1),
    expires: fields.uint(2),
    keys: fields.array(3, KEYS).map((key) => parseCoseKey(key)),
    threshold: fields.uint(4),
    guardedPolicy: fields.text(5, MAX_POLICY),
    plainPolicy: fields.text(6, MAX_POLICY),
    relyingParties: fields.array(7).map((item) => parseParty(item)),
    listVersion: asUint(fields.take(8)),
  }
  fields.done()
  demand(
    new Set(root.keys.map((key) => toHex(thumbprint(key)))).size === KEYS,
    'root-threshold',
    'a root key stands twice',
  )
  demand(
    root.threshold >= 3 && root.threshold <= KEYS,
    'root-threshold',
    'expected a threshold of 3 to 5',
  )
  return root
}

function parseParty(value: CborValue): RelyingParty {
  const [role, rpId, origins] = asArray(value, 3)
  return {
    role: asText(role, 16),
    rpId: asText(rpId),
    origins: asArray(origins).map((origin) => asText(origin)),
  }
}

/** Counts distinct root keys, not signatures. @throws {Refusal} root-threshold */
export function checkRootThreshold(cose: CoseSign, root: RootDocument, verify: VerifyEs256): void {
  const signed = root.keys.filter((key) => {
    const slot = cose.slots.find((candidate) => equal(candidate.kid, kidOf(key)))
    if (slot === undefined || slot.assertion !== null) return false
    try {
      verifySlot(cose, slot, key, { verify })
      return true
    } catch {
      return false
    }
  })
  demand(
    signed.length >= root.threshold,
    'root-threshold',
    `${signed.length} of ${root.threshold} root keys signed`,
  )
}

/**
 * The first root document a party is given: signed by the threshold of its own keys.
 * @throws {Refusal} malformed, not-canonical, root-threshold
 */
export function readRoot(bytes: Uint8Array, verify: VerifyEs256): RootDocument {
  const cose = parseDocument(bytes, 'application/stolen-root+cbor')
  const root = parseRoot(cose.payload)
  checkRootThreshold(cose, root, verify)
  return root
}

/**
 * One step from version N to N + 1: signed by the thresholds of both. The same version again is
 * taken only if it says the same. @throws {Refusal} root-rollback, root-threshold, malformed
 */
export function stepRoot(current: RootDocument, cose: CoseSign, verify: VerifyEs256): RootDocument {
  const next = parseRoot(cose.payload)
  if (next.version === current.version) {
    const same = equal(cose.payload, encodeCbor(rootPayload(current)))
    demand(same, 'root-rollback', 'another root document of the same version')
    checkRootThreshold(cose, current, verify)
    return current
  }
  demand(
    next.version === current.version + 1,
    'root-rollback',
    `expected version ${current.version + 1}`,
  )
  checkRootThreshold(cose, current, verify)
  checkRootThreshold(cose, next, verify)
  return next
}
