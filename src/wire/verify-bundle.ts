import {
  RULES,
  authoritiesFrom,
  chainOf,
  chainsOf,
  checkAuthority,
  checkModels,
  checkOpening,
  checkSigners,
  checkWindow,
  checkedOrder,
  confirmNewOwner,
  currentOwnerKey,
  demand,
  equal,
  lapse,
  nextState,
  parseEntry,
  parseOpening,
  parseOrder,
  readCertificate,
  thumbprint,
  verifySignatures,
  type Afterwards,
  type Authorities,
  type CheckedOrder,
  type Contact,
  type DeviceState,
  type Opening,
  type Order,
} from '../core/index.ts'
import {
  checkQuorum,
  leafHash,
  logKeys,
  openCheckpoint,
  parseProof,
  verifyInclusion,
  type TlogProof,
  type VerifiedCheckpoint,
} from '../log/index.ts'
import { readAfterwards } from './bundle-records.ts'
import { StepTrail } from './bundle-steps.ts'
import { parseBundle } from './bundle.ts'
import { walkRoots, type Trust } from './trust.ts'

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
  /** Thumbprint of the owner's key from now on. */
  readonly owner: Uint8Array | null
  /** How the public reaches the force behind it, where its certificate says. */
  readonly contact: Contact | null
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
  /** The certificates it came with, checked. */
  readonly authorities: Authorities
  /** What later entries, carried along, say of the order it undoes. */
  readonly afterwards: Afterwards
}

/**
 * The law of a bundle as the phone it is about judges it, step by step (`BUNDLE_STEPS`); the first
 * that fails refuses, and nothing has changed. The last step, keeping it, is the phone's own.
 * @throws {Refusal} malformed, not-canonical, too-large · unknown-kind · root-rollback,
 * root-threshold · proof-malformed · log-unknown, log-signature · witness-quorum, guardian-quorum ·
 * not-included · chain, name-outside, cert-time · distrusted · scope, signer-set, alg · signature,
 * assertion · fields · window, expired · opening, not-this-device · replay · wrong-state,
 * of-mismatch · owner-key, owner-delay; each with the facts `step` and `stepName`
 */
export function verifyForDevice(
  bytes: Uint8Array,
  trust: Trust,
  receiver: Receiver,
  trail = new StepTrail(),
): Accepted {
  const found = verifyForMe(bytes, trust, receiver, trail)
  const { index, now } = found
  const { order, t } = found.checked
  trail.run('counter', () => checkCounter(order, receiver.device))
  // Judged as of its own place in the log, then brought up to now: a hold that lapsed on the way must
  // not make the lock that continued it look wrong.
  const next = trail.run('state', () =>
    nextState(receiver.device, order, index, t, found.afterwards),
  )
  const owner = trail.run('owner', () => ownerAfter(found, receiver))
  const treeSize = Math.max(receiver.treeSize, found.treeSize)
  const device = lapse(next, now)
  const contact = contactOf(found.checked)
  return { order, index, device, trust: found.trust, now, treeSize, owner, contact }
}

/** Of the nearest in the first signer's chain who says. */
function contactOf({ links }: CheckedOrder): Contact | null {
  const chain = links[0] ? chainOf(links[0]) : []
  return chain.find(({ cert }) => cert.contact)?.cert.contact ?? null
}

/**
 * The bundle of an order that the phone has obeyed already, which is a `replay`: as lawful and public as
 * when it was obeyed, and one of those the phone still goes by. It changes nothing; a secure store may
 * take from it what it did not get the first time.
 * @param obeyed their leaves in the home log: of the order obeyed last, and of the one outstanding
 * @throws {Refusal} as `verifyForDevice` up to step 15; replay: another order
 */
export function verifyObeyed(
  bytes: Uint8Array,
  trust: Trust,
  receiver: Receiver,
  obeyed: readonly number[],
): void {
  const { index } = verifyForMe(bytes, trust, receiver, new StepTrail())
  demand(obeyed.includes(index), 'replay', 'an order that the phone no longer goes by')
}

function verifyForMe(
  bytes: Uint8Array,
  trust: Trust,
  receiver: Receiver,
  trail: StepTrail,
): PublicOrder {
  const found = verifyBundle(bytes, trust, trail)
  trail.run('log', () => checkIsHome(found.origin, receiver))
  const now = Math.max(receiver.now, found.now)
  trail.run('window', () => checkNotLapsed(found.checked.order, now))
  trail.run('device', () => checkIsMe(found.opening, receiver))
  return { ...found, now }
}

/**
 * The steps that need no device: what an auditor, a shop or a page can check. @throws as
 * `verifyForDevice`, but for what only the phone knows
 */
export function verifyBundle(
  bytes: Uint8Array,
  given: Trust,
  trail = new StepTrail(),
): PublicOrder {
  const bundle = trail.run('form', () => parseBundle(bytes))
  const entry = trail.run('form', () => parseEntry(bundle.entry))
  const opening = trail.run('form', () => parseOpening(bundle.opening))
  const certificates = trail.run('form', () => bundle.certificates.map(readCertificate))
  trail.run('kind', () => demand(entry.kind === 'order', 'unknown-kind', 'expected an order'))
  // Read before its turn: which quorum, which slots and whose keys all follow from it.
  const order = trail.run('form', () => parseOrder(entry.body.payload))
  const trust = trail.run('roots', () => walkRoots(bundle.roots, given))
  const policy = RULES[order.act].quorum === 'guarded' ? trust.guarded : trust.plain
  const proof = trail.run('proof', () => parseProof(bundle.proof))
  const checkpoint = trail.run('log', () =>
    openCheckpoint(proof.checkpoint, logKeys(policy), trust.verify.ed25519),
  )
  const quorum = trail.run('quorum', () => checkQuorum(checkpoint, policy, trust.verify.ed25519))
  trail.run('inclusion', () => checkIncluded(bundle.entry, proof, checkpoint))
  const { index } = proof
  const { es256 } = trust.verify
  const authorities = trail.run('chain', () => authoritiesFrom(trust.root, certificates, es256))
  const links = trail.run('chain', () => chainsOf(entry, order, index, authorities))
  trail.run('trust', () => links.forEach((link) => authorities.demandTrusted(link, index)))
  trail.run('signers', () => checkSigners(entry, order, links))
  trail.run('signatures', () => verifySignatures(entry, order, links, authorities, es256))
  trail.run('fields', () => checkAuthority(order, links))
  trail.run('window', () => checkWindow(order, entry.t, authorities))
  trail.run('device', () => checkModels(links, checkOpening(order, opening)))
  const afterwards = trail.run('owner', () =>
    readAfterwards(bundle, { order, before: index, log: checkpoint.origin }, trust, authorities),
  )
  return {
    checked: checkedOrder(order, entry.t, links),
    index,
    opening,
    trust,
    now: quorum.timeSeconds ?? 0,
    origin: checkpoint.origin,
    treeSize: checkpoint.size,
    authorities,
    afterwards,
  }
}

function checkIncluded(
  entry: Uint8Array,
  { index, hashes }: TlogProof,
  { size, root }: VerifiedCheckpoint,
): void {
  verifyInclusion({ index, size, leaf: leafHash(entry), proof: hashes, root })
}

function checkNotLapsed(order: Order, now: number): void {
  demand(order.act !== 'hold' || now <= order.exp, 'expired', 'the hold has lapsed')
}

function checkIsMe({ ids: { dak } }: Opening, receiver: Receiver): void {
  const isMe = dak !== null && equal(dak, receiver.dak)
  demand(isMe, 'not-this-device', 'the order is about another device')
}

/** Counters and leaf numbers mean the home log: another's would be compared with what they are not. */
function checkIsHome(origin: string, { home }: Receiver): void {
  const isHome = origin === (home ?? origin)
  demand(isHome, 'log-unknown', 'the order stands in another log than the home one')
}

function checkCounter(order: Order, device: DeviceState): void {
  demand(order.ctr > device.ctr, 'replay', `counter ${order.ctr} is not above ${device.ctr}`)
}

/** A recorded key becomes the owner's; else it has to be the one the phone knows. */
function ownerAfter({ checked, afterwards, authorities, trust }: PublicOrder, receiver: Receiver) {
  const { order, t } = checked
  const { outstanding } = receiver.device
  const changes = outstanding ? afterwards.ownerKeys(outstanding.index) : []
  const { change } = currentOwnerKey(outstanding ?? { okc: null }, t, changes)
  if (change === null || order.okey === undefined) {
    checkOwner(order, receiver)
    return receiver.owner
  }
  confirmNewOwner(change, order.okey.key, authorities, trust.verify.es256)
  return thumbprint(order.okey.key)
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
