import {
  Authorities,
  Ledger,
  POWERS,
  certificatePayload,
  concat,
  coseSign,
  deviceCommitment,
  encodeEntry,
  fromHex,
  orderPayload,
  ownerCommitment,
  parseEntry,
  rootPayload,
  toHex,
  type Act,
  type Applied,
  type Certificate,
  type CoseSign,
  type DeviceIds,
  type Kind,
  type Order,
  type RootDocument,
  type Signer,
} from '../src/core/index.ts'
import { es256Verifier, generateEs256 } from '../src/host/index.ts'

/** The beginning of time in these tests, Unix seconds. */
export const T0 = 1_770_000_000
export const HOUR = 3_600
/** Origin of a country's log. */
export const LOG = 'log.law.example/stolen-mode'
export const DAY = 86_400
export const verify = es256Verifier()
export const newKey = (): Signer => generateEs256().signer
export const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill)

const ORDER = 'application/stolen-order+cbor'
const CERT = 'application/stolen-cert+cbor'
const ROOT = 'application/stolen-root+cbor'

/** Five root keys and a document by them. */
export function makeRoot(changes: Partial<RootDocument> = {}, keys = fiveKeys()) {
  const root: RootDocument = {
    version: 1,
    expires: T0 + 5 * 365 * DAY,
    keys: keys.map((signer) => signer.key),
    threshold: 3,
    guardedPolicy: 'guarded',
    plainPolicy: 'plain',
    relyingParties: [],
    listVersion: 1,
    ...changes,
  }
  return { root, keys }
}

export const fiveKeys = () => Array.from({ length: 5 }, newKey)

export const signRoot = (root: RootDocument, by: readonly Signer[]) =>
  coseSign(ROOT, rootPayload(root), by)

export const certify = (cert: Certificate, by: readonly Signer[]) =>
  coseSign(CERT, certificatePayload(cert), by)

export const signOrder = (order: Order, by: readonly Signer[]) =>
  coseSign(ORDER, orderPayload(order), by)

/** A certificate that lets its holder do everything, unless `changes` say otherwise. */
export function certificate(
  of: Pick<Certificate, 'sub' | 'role' | 'key'>,
  changes: Partial<Certificate> = {},
): Certificate {
  const cut = Math.max(of.sub.lastIndexOf('.'), of.sub.lastIndexOf('/'))
  const depth = { national: 3, force: 2 }[of.role as string] ?? 1
  return {
    ...of,
    iss: cut < 0 ? 'root' : of.sub.slice(0, cut),
    nbf: T0 - 60,
    exp: T0 + 399 * DAY,
    caps: { hold: [100, 300], lock: [100, 300], retire: [100, 300], pair: [100, 300] },
    scope: { acts: POWERS, country: 'ZZ', tacs: null },
    depth,
    use: of.role === 'force' ? 'order' : null,
    ...changes,
  }
}

/** A country with one force, its officers, and a log that has seen their certificates. */
export class Country {
  readonly root: RootDocument
  readonly rootKeys: readonly Signer[]
  readonly national = newKey()
  readonly issue = newKey()
  readonly force = newKey()
  readonly officers = [newKey(), newKey(), newKey()] as const
  readonly intake = newKey()
  readonly recycler = newKey()
  readonly registry = [newKey(), newKey()] as const
  readonly owner = newKey()
  readonly ledger: Ledger
  readonly entries: Uint8Array[] = []
  /** What the ledger made of them. */
  readonly applied: Applied[] = []
  #orders = 0

  constructor(changes: Partial<RootDocument> = {}) {
    const { root, keys } = makeRoot(changes)
    this.root = root
    this.rootKeys = keys
    this.ledger = new Ledger(root, verify, LOG)
    for (const cose of this.certificates()) this.log('certificate', cose, T0)
  }

  /** Issuers first. */
  *certificates(): Iterable<CoseSign> {
    const of = (sub: string, role: Certificate['role'], { key }: Signer) => ({ sub, role, key })
    yield certify(certificate(of('zz', 'national', this.national)), this.rootKeys.slice(0, 3))
    const byNation = [this.national]
    const issue = certificate(of('zz.force', 'force', this.issue), { use: 'issue' })
    yield certify(issue, byNation)
    yield certify(certificate(of('zz.force', 'force', this.force)), byNation)
    yield certify(certificate(of('zz.recycler', 'recycler', this.recycler)), byNation)
    for (const [i, signer] of this.registry.entries())
      yield certify(certificate(of(`zz.registry-${i}`, 'registry', signer)), byNation)
    const byForce = [this.issue]
    for (const [i, signer] of this.officers.entries())
      yield certify(certificate(of(`zz.force/officer-${i}`, 'officer', signer)), byForce)
    yield certify(certificate(of('zz.force/intake', 'intake', this.intake)), byForce)
  }

  get authorities(): Authorities {
    return this.ledger.authorities
  }

  /** Logs one document at `t` seconds, or refuses. */
  log(kind: Kind, body: CoseSign, t: number): Applied {
    const entry = encodeEntry({ kind, t: t * 1000, body })
    const applied = this.ledger.apply(this.ledger.size, entry)
    this.entries.push(entry)
    this.applied.push(applied)
    return applied
  }

  /** Logs the last document once more. */
  repeat(t: number): Applied {
    const { kind, body } = parseEntry(this.entries.at(-1)!)
    return this.log(kind, body, t)
  }

  /** A lawful order of this kind, valid from `t`, about a device nobody asks for. */
  order(act: Act, t: number, changes: Partial<Order> = {}): Order {
    const n = ++this.#orders
    return lawfulOrder(act, { t, n, auth: this.authOf(act), owner: this.owner, changes })
  }

  /** Who signs it when all is well. */
  signers(act: Act): readonly Signer[] {
    const [proposer, approver] = this.officers
    if (act === 'hold') return [this.intake]
    if (act === 'lock') return [this.force, proposer, approver]
    if (act === 'found') return [this.force, proposer]
    return [this.force, this.owner]
  }

  authOf(act: Act): string {
    return act === 'hold' ? 'zz.force/intake' : 'zz.force'
  }

  /** Orders, signs and logs; gives the leaf's index. */
  say(act: Act, t: number, changes: Partial<Order> = {}): number {
    const order = this.order(act, t, changes)
    return this.log('order', signOrder(order, this.signers(act)), t).index
  }
}

export const DEVICE: DeviceIds = { dak: bytes(32, 0xda), imeis: [], serial: null }
const OWNER_SALT = bytes(32, 0x0c)
export const SALT = bytes(32, 0x5a)

export interface LawfulOrder {
  readonly t: number
  /** Makes the id and, unless changed, the counter. */
  readonly n: number
  readonly auth: string
  readonly owner: Signer
  readonly changes?: Partial<Order>
}

/** Every required field of the act, and the owner's commitment where it may stand. */
export function lawfulOrder(act: Act, { t, n, auth, owner, changes }: LawfulOrder): Order {
  const okc = ownerCommitment(OWNER_SALT, owner.key)
  const okey = { salt: OWNER_SALT, key: owner.key }
  const own = ['passkey', bytes(32, 2)] as const
  const oid = bytes(16, 0)
  new DataView(oid.buffer).setUint32(12, n)
  const base = { act, oid, auth, dev: deviceCommitment(SALT, DEVICE), ctr: n, nbf: t, exp: t + DAY }
  const rest = {
    hold: { own, why: 1, okc },
    lock: { case: bytes(32, 1), own, why: 1, okc },
    found: { case: bytes(32, 1), of: 0, cus: bytes(32, 3), cc: 'ZZ' },
    release: { of: 0, to: 1, okey },
    retire: { why: 1, okey },
  }[act]
  return { ...base, ...rest, ...changes }
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** The same document with the other half of s in its first slot: valid, and other bytes. */
export function otherHalf(cose: CoseSign): CoseSign {
  const [first, ...rest] = cose.slots
  const { signature } = first!
  const s = BigInt(`0x${toHex(signature.slice(32))}`)
  const flipped = fromHex((P256_ORDER - s).toString(16).padStart(64, '0'))
  return {
    ...cose,
    slots: [{ ...first!, signature: concat(signature.slice(0, 32), flipped) }, ...rest],
  }
}
