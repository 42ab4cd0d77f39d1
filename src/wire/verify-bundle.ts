import {
  RULES,
  authoritiesFrom,
  checkModels,
  checkOpening,
  checkOrder,
  demand,
  equal,
  lapse,
  nextState,
  parseDocument,
  parseEntry,
  parseOpening,
  parseOrder,
  readCertificate,
  stepRoot,
  thumbprint,
  type CheckedOrder,
  type DeviceState,
  type Opening,
  type Order,
} from '../core/index.ts'
import { openProof } from '../log/index.ts'
import { parseBundle, type Bundle } from './bundle.ts'
import { trustOf, type Trust } from './trust.ts'

/** What the phone knows about itself when a bundle arrives. */
export interface Receiver {
  /** Thumbprint of its attestation key. */
  readonly dak: Uint8Array
  readonly device: DeviceState
  /** Thumbprint of its owner's key, null until there is one. */
  readonly owner: Uint8Array | null
  /** Its lower bound of the time (T), Unix seconds; rises only. */
  readonly now: number
  /** Largest tree it has seen. */
  readonly treeSize: number
  /** Origin of the log it is at home in; until it is enrolled, any of the policy's. */
  readonly home?: string | null
}

/** What accepting the bundle makes of the phone. To be persisted before anybody says yes. */
export interface Accepted {
  readonly order: Order
  readonly index: number
  readonly device: DeviceState
  readonly trust: Trust
  readonly now: number
  readonly treeSize: number
}

/** An order shown to be lawful and public, whichever device it is about. */
export interface PublicOrder {
  readonly checked: CheckedOrder
  readonly index: number
  readonly opening: Opening
  readonly trust: Trust
  /** The log it stands in. */
  readonly origin: string
  /** Cosigned time of the quorum, Unix seconds. */
  readonly now: number
  readonly treeSize: number
}

/**
 * The law of a bundle, step by step; the first that fails refuses, and nothing has changed.
 * @throws {Refusal} malformed, not-canonical, too-large · unknown-kind · root-rollback,
 * root-threshold · proof-malformed · log-unknown, log-signature · witness-quorum, guardian-quorum ·
 * not-included · chain, name-outside, cert-time · scope, signer-set, alg · signature, assertion ·
 * fields · window, expired · opening, not-this-device · replay · wrong-state, of-mismatch · owner-key
 */
export function verifyForDevice(bytes: Uint8Array, trust: Trust, receiver: Receiver): Accepted {
  const found = verifyBundle(bytes, trust)
  const { order } = found.checked
  // Counters and leaf numbers mean the home log: another's would be compared with what they are not.
  const home = receiver.home ?? found.origin
  demand(found.origin === home, 'log-unknown', 'the order stands in another log than the home one')
  const now = Math.max(receiver.now, found.now)
  demand(order.act !== 'hold' || now <= order.exp, 'expired', 'the hold has lapsed')
  const { dak } = found.opening.ids
  demand(
    dak !== null && equal(dak, receiver.dak),
    'not-this-device',
    'the order is about another device',
  )
  // Judged as of its own place in the log, then brought up to now: a hold that lapsed on the way must
  // not make the lock that continued it look wrong.
  const next = nextState(receiver.device, order, found.index, found.checked.t)
  const device = lapse(next, now)
  checkOwner(order, receiver)
  const treeSize = Math.max(receiver.treeSize, found.treeSize)
  return { order, index: found.index, device, trust: found.trust, now, treeSize }
}

/** A phone also compares the owner key it was given itself. */
function checkOwner(order: Order, receiver: Receiver): void {
  if (!order.okey) return
  // Without `of` nothing in the log says whose key this must be: only the phone's own store does.
  if (receiver.owner === null && order.of !== undefined) return
  demand(
    receiver.owner !== null && equal(thumbprint(order.okey.key), receiver.owner),
    'owner-key',
    "not the key of this phone's owner",
  )
}

/** Steps that need no device: what an auditor or a shop can check. @throws as `verifyForDevice` */
export function verifyBundle(bytes: Uint8Array, given: Trust): PublicOrder {
  const bundle = parseBundle(bytes)
  const entry = parseEntry(bundle.entry)
  demand(entry.kind === 'order', 'unknown-kind', 'expected an order')
  const trust = walkRoots(bundle, given)
  const policy =
    RULES[parseOrder(entry.body.payload).act].quorum === 'guarded' ? trust.guarded : trust.plain
  const logged = openProof({
    proof: bundle.proof,
    entry: bundle.entry,
    policy,
    verify: trust.verify.ed25519,
  })
  const authorities = authoritiesFrom(
    trust.root,
    bundle.certificates.map(readCertificate),
    trust.verify.es256,
  )
  const checked = checkOrder(entry, logged.index, authorities, trust.verify.es256)
  const opening = parseOpening(bundle.opening)
  checkModels(checked.links, checkOpening(checked.order, opening))
  const now = logged.quorum.timeSeconds ?? 0
  const { origin, size } = logged.checkpoint
  return { checked, index: logged.index, opening, trust, origin, now, treeSize: size }
}

function walkRoots(bundle: Bundle, given: Trust): Trust {
  let root = given.root
  for (const bytes of bundle.roots)
    root = stepRoot(root, parseDocument(bytes, 'application/stolen-root+cbor'), given.verify.es256)
  return root === given.root ? given : trustOf(root, given.verify)
}
