import {
  authoritiesFrom,
  checkSale,
  demand,
  equal,
  isWithin,
  lapse,
  parseBatch,
  parseEntry,
  parseSale,
  readCertificate,
  saltedRecord,
  thumbprint,
  verifySlot,
  type CheckedSale,
  type DeviceState,
  type Entry,
  type Link,
} from '../core/index.ts'
import { leafHash, openProof } from '../log/index.ts'
import { parseSaleProof, type SaleProof } from './sale-proof.ts'
import { walkRoots, type Trust } from './trust.ts'

/** A change of owner shown to be signed by both, and public. */
export interface PublicSale extends CheckedSale {
  /** Its leaf. */
  readonly index: number
  /** Log time, ms. */
  readonly t: number
  /** Name of the registry that recorded it. */
  readonly registry: string
  /** Origin of the log it stands in. */
  readonly origin: string
  /** Of the checkpoint it was proved with. */
  readonly treeSize: number
  /** Cosigned time of the quorum, Unix seconds. */
  readonly now: number
  readonly trust: Trust
}

/**
 * What anybody who is shown a proof of purchase can check, without asking anybody.
 * @throws {Refusal} malformed, not-canonical, too-large · unknown-kind · root-rollback, root-threshold ·
 * proof-malformed · log-unknown, log-signature · witness-quorum · not-included · chain, name-outside,
 * cert-time, scope · signer-set · opening: the batch stands for another record · and as `checkSale`
 */
export function verifySale(bytes: Uint8Array, given: Trust): PublicSale {
  const shown = parseSaleProof(bytes)
  const entry = parseEntry(shown.entry)
  demand(entry.kind === 'batch', 'unknown-kind', 'expected a batch of sales')
  const trust = walkRoots(shown.roots, given)
  const { verify, root, plain } = trust
  const { index, checkpoint, quorum } = openProof({
    proof: shown.proof,
    entry: shown.entry,
    policy: plain,
    verify: verify.ed25519,
  })
  const { cert } = recorder(shown, entry, index, trust)
  const batch = parseBatch(entry.body.payload)
  const isIt =
    batch.type === 'sales' &&
    batch.count === 1 &&
    equal(batch.root, leafHash(saltedRecord(shown.salt, shown.record)))
  demand(isIt, 'opening', 'the batch stands for something else')
  const relyingParties = root.relyingParties.filter(({ role }) => role === 'owner')
  const judge = { verify: verify.es256, relyingParties }
  return {
    ...checkSale(parseSale(shown.record), entry.t, judge),
    index,
    t: entry.t,
    registry: cert.sub,
    origin: checkpoint.origin,
    treeSize: checkpoint.size,
    now: quorum.timeSeconds ?? 0,
    trust,
  }
}

/** Only a registry records sales: makers sign batches, too. */
function recorder(shown: SaleProof, { t, body }: Entry, index: number, trust: Trust): Link {
  const { es256 } = trust.verify
  const certificates = shown.certificates.map(readCertificate)
  const authorities = authoritiesFrom(trust.root, certificates, es256)
  const [slot, second] = body.slots
  demand(slot !== undefined && second === undefined, 'signer-set', 'a batch has one signer')
  const link = authorities.signer(slot.kid, t, index)
  demand(link.cert.role === 'registry', 'signer-set', `${link.cert.role} records no sales`)
  verifySlot(body, slot, link.cert.key, { verify: es256 })
  return link
}

/** What a phone knows about itself when a sale arrives. */
export interface SoldDevice {
  /** Thumbprint of its attestation key. */
  readonly dak: Uint8Array
  /** As the orders left it; a hold that lapsed may still be named. */
  readonly device: DeviceState
  /** Leaf of the last order it obeyed, −1 before the first. */
  readonly lastOrder: number
  /** Thumbprint of its owner's key. */
  readonly owner: Uint8Array | null
  /** Leaf that made him its owner, −1 where he was enrolled with it. */
  readonly ownedSince: number
  /** Its lower bound of the time, Unix seconds. */
  readonly now: number
  readonly home: { readonly log: string; readonly authority: string } | null
}

/**
 * A sale as the phone it is about judges it. Never on the registry's word alone: its present owner
 * signed. @throws {Refusal} as `verifySale`; log-unknown, chain: not its home's · not-this-device ·
 * replay: it came before what made the present owner one, or before an order that is over ·
 * wrong-state · owner-key
 */
export function verifySaleForDevice(
  bytes: Uint8Array,
  trust: Trust,
  phone: SoldDevice,
): PublicSale {
  const sale = verifySale(bytes, trust)
  const { home } = phone
  demand(home !== null && sale.origin === home.log, 'log-unknown', 'recorded in another log')
  demand(isWithin(sale.registry, home.authority), 'chain', 'recorded by another registry')
  demand(equal(sale.dak, phone.dak), 'not-this-device', 'the sale of another device')
  demand(sale.index > phone.ownedSince, 'replay', 'an earlier sale than the last')
  checkFree(sale, phone)
  const isOwners = phone.owner !== null && equal(thumbprint(sale.seller), phone.owner)
  demand(isOwners, 'owner-key', "not sold by this phone's owner")
  return sale
}

/**
 * Free in the place of the log where it was sold. A phone that heard of a later lock first still takes
 * it, or its buyer could never have it released.
 */
function checkFree(sale: PublicSale, { device, lastOrder, now }: SoldDevice): void {
  const { outstanding } = device
  if (outstanding !== null && sale.index < outstanding.index) return
  const { state } = lapse(device, Math.max(now, sale.now))
  demand(state === 'protected', 'wrong-state', `nothing is sold while ${state}`)
  demand(sale.index > lastOrder, 'replay', 'sold before an order that is over')
}
