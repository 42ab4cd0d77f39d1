import { CAPPED, RULES, type Power } from './acts.ts'
import type { Afterwards, OwnerKeyChange } from './afterwards.ts'
import type { Applied } from './applied.ts'
import { equal, toHex } from './bytes.ts'
import { parseBatch } from './batch.ts'
import {
  CapBook,
  CapCounter,
  FOREIGN_CAP_DIVISOR,
  RAISED_CAP_DELAY,
  type CapRise,
  type CapWindow,
} from './caps.ts'
import { Authorities, chainOf, type Link } from './chain.ts'
import { certificateOf, type SignedCertificate } from './certificate.ts'
import { checkOrder, type CheckedOrder } from './check-order.ts'
import { checkOwnerKeyRecord, confirmNewOwner } from './check-owner-key.ts'
import { sha256, type VerifyEs256 } from './crypto.ts'
import { verifySlot } from './cose.ts'
import { checkIdentityRecord } from './check-identity.ts'
import { parseEntry, type Entry, type Kind } from './entry.ts'
import { IdentityBook, type BookedIdentity } from './identity-book.ts'
import { parseIdentityRecord } from './identity-record.ts'
import type { LoggedOrder } from './in-force.ts'
import { CONTINUES, checkUndo, stateUnder } from './lifecycle.ts'
import { OrderBook, type BookedOrder, type Standing } from './order-book.ts'
import { tablesInMemory, type OrderTables } from './order-tables.ts'
import { RELEASED_TO, parseOrder, type Order } from './order.ts'
import { parseOwnerKeyRecord } from './owner-key-record.ts'
import { Refusal, demand } from './refusal.ts'
import { stepRoot, type RootDocument } from './root.ts'
import { StopRecords } from './stop-records.ts'

const DAY = 86_400_000
/** Waiting times of a key after its certificate stands in the log, in ms. */
const NEW_KEY_DELAY = { national: 30 * DAY, officer: DAY } as const

/** One capped act of a name at a moment. */
export interface CapNow {
  readonly act: Power
  readonly windows: readonly CapWindow[]
  /** Null: no rise waits. */
  readonly rise: CapRise | null
}

const SAYS_OF_EARLIER: ReadonlySet<Kind> = new Set(['list', 'distrust', 'owner-key', 'identity'])

/**
 * The law as anybody can re-derive it who holds every entry: registry, guardian, edge, auditor. It
 * knows certificates, caps and which order undoes which, and nothing about devices: those are hidden.
 */
export class Ledger implements Afterwards {
  readonly authorities: Authorities
  readonly #verify: VerifyEs256
  readonly #log: string
  readonly #book = new CapBook()
  readonly #counter = new CapCounter(this.#book)
  readonly #oids: OrderTables['oids']
  readonly #certificates = new Map<string, Link>()
  /** Where each document of the authorities first stands, by kind and hash of what it says. */
  readonly #documents = new Map<string, number>()
  readonly #orders: OrderBook
  readonly #identities = new IdentityBook()
  readonly #stopRecords: StopRecords
  /** The root documents that followed the first, and where each stands. */
  readonly #roots: { readonly root: RootDocument; readonly index: number }[] = []
  #size = 0
  #t = 0
  #afterwardsAt = -1
  #founding = true
  /** Country of this log: that of the first registry certified in it. */
  #country: string | null = null

  /**
   * @param log origin of the log it follows: records that name another do not count here
   * @param tables empty; where what grows with every order is kept
   */
  constructor(
    root: RootDocument,
    verify: VerifyEs256,
    log: string,
    tables: OrderTables = tablesInMemory(),
  ) {
    this.#log = log
    this.#oids = tables.oids
    this.#orders = new OrderBook(tables)
    this.authorities = new Authorities(root, verify)
    this.#verify = verify
    this.#stopRecords = new StopRecords({
      authorities: this.authorities,
      orders: this.#orders,
      identities: this.#identities,
      counter: this.#counter,
      verify,
      log,
    })
  }

  /** Entries taken or passed over so far: the index of the next. */
  get size(): number {
    return this.#size
  }

  /** Log time of the last entry, ms. */
  get t(): number {
    return this.#t
  }

  /** The last leaf that says something of earlier ones: what stands, who owns, who wears; -1: none. */
  get afterwardsAt(): number {
    return this.#afterwardsAt
  }

  /** Version of the newest authority list; 0 where none was logged. */
  get listVersion(): number {
    return this.#stopRecords.listVersion
  }

  /** The root documents newer than `version`, in order: who holds that one can walk on from it. */
  rootsAfter(version: number): readonly { readonly root: RootDocument; readonly index: number }[] {
    return this.#roots.filter(({ root }) => root.version > version)
  }

  isVoid(index: number): boolean {
    return this.#orders.isVoid(index)
  }

  isReopened(index: number): boolean {
    return this.#orders.isReopened(index)
  }

  ownerKeys(of: number): readonly OwnerKeyChange[] {
    return this.#orders.ownerKeys(of)
  }

  /** The order at this leaf, undefined where there is none that counts. */
  order(index: number): LoggedOrder | undefined {
    return this.#orders.at(index)
  }

  /** The hold or lock at this leaf as it stands, undefined where there is none. */
  standing(index: number): Standing | undefined {
    return this.#orders.standing(index)
  }

  /** The conflict or pair at this leaf while it counts; when a pair is over by itself, its reader judges. */
  identity(index: number): BookedIdentity | undefined {
    return this.#identities.standing(index)
  }

  /**
   * Whether this conflict or pair is over, or was once: its end may have become void since, too late
   * for whoever forgot the number.
   */
  isIdentityOver(index: number): boolean {
    const standing = this.#identities.standing(index)
    if (standing === undefined || this.#identities.wasEnded(index)) return true
    const { exp } = standing.record
    return exp !== null && exp < Math.floor(this.t / 1000)
  }

  /** Orders that rest on this key, in log order: what its ancestor has to look at before he distrusts it. */
  ordersUnder(kid: Uint8Array): readonly BookedOrder[] {
    return [...this.#orders.under(kid)].toSorted((a, b) => a.index - b.index)
  }

  /** What a name may still cause in this log at log time `t` (ms): of each capped act. */
  caps(sub: string, t: number): readonly CapNow[] {
    const [link] = this.authorities.named(sub)
    const divisor = link ? this.divisorFor({ links: [link] }) : 1
    return CAPPED.map((act) => ({
      act,
      windows: this.#counter.windows(sub, act, t, divisor),
      rise: this.#book.rise(sub, act, t),
    }))
  }

  /**
   * Whether this entry, if it is an order or identity record, rests on a key that is stopped at
   * `index`: one that broke the law and counts for nothing any more.
   */
  isStopped(index: number, bytes: Uint8Array): boolean {
    const { kind, body } = parseEntry(bytes)
    const links = body.slots.flatMap(({ kid }) => this.authorities.ofKey(kid))
    const { stops } = this.authorities
    return (
      (kind === 'order' || kind === 'identity') &&
      links.flatMap((link) => chainOf(link)).some(({ kid }) => stops.isStopped(kid, index))
    )
  }

  /**
   * The index of this order if it is logged already, whatever its signatures.
   * @throws {Refusal} oid-reused: the same id, another payload
   */
  loggedIndex(oid: Uint8Array, payload: Uint8Array): number | undefined {
    const known = this.#oids.get(toHex(oid))
    if (known === undefined) return undefined
    demand(
      known.payload === toHex(sha256(payload)),
      'oid-reused',
      'another order of this id is already logged',
    )
    return known.index
  }

  /**
   * Where a document of this kind that says this stands already: its first leaf. Not for orders and
   * batches; nor for a national authority's certificate that the root has to sign again, nor for an
   * identity record that has become void: who may can say the same again.
   */
  documentIndex(kind: Kind, payload: Uint8Array): number | undefined {
    const link = kind === 'certificate' ? this.#certificates.get(toHex(sha256(payload))) : undefined
    if (link && !this.authorities.isUnderRoot(link)) return undefined
    const index = this.#documents.get(documentId(kind, payload))
    return index !== undefined && this.#identities.isVoid(index) ? undefined : index
  }

  /**
   * Takes the next entry, or refuses it and changes nothing. A reader who must go on past an
   * unlawful entry calls `pass`.
   * @throws {Refusal} any of the codes of an entry, an order, a certificate or a root document
   */
  apply(index: number, bytes: Uint8Array): Applied {
    return this.applyRead(index, parseEntry(bytes))
  }

  /**
   * The same for whoever has just encoded the entry, out of documents that were parsed. `order` is
   * what its payload says, where that has been read. @throws {Refusal} as `apply`
   */
  applyRead(index: number, entry: Entry, order?: Order): Applied {
    demand(index === this.#size, 'feed-gap', `expected entry ${this.#size}`)
    demand(entry.t >= this.#t, 'time-went-back', 'an entry older than the one before it')
    const applied = this.take(index, entry, order)
    if (entry.kind !== 'order' && entry.kind !== 'batch') {
      const { payload } = entry.body
      if (this.documentIndex(entry.kind, payload) === undefined)
        this.#documents.set(documentId(entry.kind, payload), index)
    }
    if (SAYS_OF_EARLIER.has(entry.kind)) this.#afterwardsAt = index
    this.#size = index + 1
    this.#t = entry.t
    return applied
  }

  /** Leaves the next entry out: it stands in the log, and counts for nothing. */
  pass(index: number): void {
    demand(index === this.#size, 'feed-gap', `expected entry ${this.#size}`)
    this.#size = index + 1
  }

  private take(index: number, entry: Entry, order?: Order): Applied {
    switch (entry.kind) {
      case 'order':
        return this.takeOrder(index, entry, order ?? parseOrder(entry.body.payload))
      case 'certificate':
        return {
          kind: 'certificate',
          index,
          link: this.takeCertificate(certificateOf(entry.body), index, entry.t),
        }
      case 'root': {
        const root = stepRoot(this.authorities.root, entry.body, this.#verify)
        if (root.version > this.authorities.root.version) this.#roots.push({ root, index })
        this.authorities.replaceRoot(root)
        return { kind: 'root', index, root }
      }
      case 'list':
        return {
          kind: 'list',
          index,
          ...this.#stopRecords.takeList(index, entry, this.#certificates),
        }
      case 'distrust':
        return { kind: 'distrust', index, ...this.#stopRecords.takeDistrust(index, entry) }
      case 'owner-key':
        return this.takeOwnerKey(index, entry)
      case 'identity':
        return this.takeIdentity(index, entry)
      case 'batch':
        this.checkBatch(index, entry)
        return { kind: 'batch', index }
    }
  }

  private takeOrder(index: number, entry: Entry, order: Order): Applied {
    // Before anything else is judged: anybody can make a second spelling of a signature, and by the
    // time it is logged the order's window may be over. What changes nothing breaks nothing.
    const first = this.loggedIndex(order.oid, entry.body.payload)
    if (first !== undefined) return { kind: 'repeat', index, first }
    const checked = checkOrder(entry, index, this.authorities, this.#verify, order)
    this.checkContinued(order, entry.t)
    if (RULES[order.act].capped) this.demandCap(checked, order.act, entry.t)

    // Nothing above changed anything; nothing below can fail.
    this.#founding = false
    this.#oids.set(toHex(order.oid), { index, payload: toHex(sha256(entry.body.payload)) })
    if (RULES[order.act].capped) this.#counter.count(checked.subs, order.act, entry.t)
    this.#orders.add(index, checked)
    return { kind: 'order', index, checked }
  }

  /** @throws {Refusal} of-mismatch, wrong-state, replay, signer-set, owner-key, owner-delay, fields */
  private checkContinued(order: Order, t: number): void {
    if (order.of === undefined) return
    const named = this.open(order.of, t)
    const { outstanding } = named
    demand(
      CONTINUES[order.act].includes(outstanding.act),
      'of-mismatch',
      `${order.act} does not continue a ${outstanding.act}`,
    )
    // What is void is undone all the same, as an error, on the phones that obeyed it.
    const undoesVoid = order.act === 'release' && order.to === RELEASED_TO.issuedInError
    demand(!named.booked.isVoid || undoesVoid, 'of-mismatch', 'names an order that is void')
    const state = stateUnder(outstanding)
    demand(
      RULES[order.act].from.includes(state),
      'wrong-state',
      `${order.act} does not follow ${state}`,
    )
    demand(order.ctr > named.ctr, 'replay', 'the counter does not rise')
    if (order.act !== 'release' && order.act !== 'retire') return
    const change = checkUndo(order, outstanding, t, this.ownerKeys(order.of))
    if (change) confirmNewOwner(change, order.okey!.key, this.authorities, this.#verify)
  }

  /** The hold or lock at this leaf, still in force. @throws {Refusal} of-mismatch */
  private open(of: number, t: number): Standing {
    const named = this.#orders.standing(of)
    demand(named !== undefined, 'of-mismatch', 'names no hold or lock of this log')
    demand(!named.isClosed, 'of-mismatch', 'names an order that is no longer in force')
    const { act, exp } = named.outstanding
    const lapsed = act === 'hold' && Math.floor(t / 1000) > exp
    demand(!lapsed, 'of-mismatch', 'names a hold that has lapsed')
    return named
  }

  /**
   * Whether the names of these chains may have one more act at `t` ms of log time: caps alone, nothing is counted.
   * @throws {Refusal} cap-exceeded, with the name, the window and when (Unix seconds) it frees
   */
  demandCap({ subs, links }: Pick<CheckedOrder, 'subs' | 'links'>, act: Power, t: number): void {
    this.#counter.check(subs, act, t, this.divisorFor({ links }))
  }

  /** A chain has one country throughout: that of its first signer speaks for all its names. */
  private divisorFor({ links }: Pick<CheckedOrder, 'links'>): number {
    const isForeign = this.#country !== null && links[0]!.cert.scope.country !== this.#country
    return isForeign ? FOREIGN_CAP_DIVISOR : 1
  }

  private takeOwnerKey(index: number, entry: Entry): Applied {
    const { of } = parseOwnerKeyRecord(entry.body.payload)
    const { outstanding, booked } = this.open(of, entry.t)
    const change = checkOwnerKeyRecord(entry, {
      index,
      log: this.#log,
      authorities: this.authorities,
      verify: this.#verify,
      named: { outstanding, t: booked.t },
      changes: this.ownerKeys(of),
    })
    this.#orders.addOwnerKey(of, change)
    return { kind: 'owner-key', index, of }
  }

  private takeIdentity(index: number, entry: Entry): Applied {
    // As with orders: a second spelling of a signature must not change what the first one said.
    const first = this.documentIndex('identity', entry.body.payload)
    if (first !== undefined) return { kind: 'repeat', index, first }
    const record = parseIdentityRecord(entry.body.payload)
    const checked = checkIdentityRecord(entry, record, {
      index,
      log: this.#log,
      authorities: this.authorities,
      verify: this.#verify,
      book: this.#identities,
    })
    const isPair = record.type === 'pair'
    if (isPair) this.demandCap(checked, 'pair', entry.t)

    if (isPair) this.#counter.count(checked.subs, 'pair', entry.t)
    this.#identities.add(index, checked)
    return { kind: 'identity', index, checked }
  }

  private takeCertificate(signed: SignedCertificate, index: number, t: number): Link {
    const { cert, kid } = signed
    // Certificates are public: one logged again must not bring back the caps of its day.
    const id = toHex(sha256(signed.cose.payload))
    const first = this.#certificates.get(id)
    if (first !== undefined) {
      if (!this.authorities.isUnderRoot(first)) this.authorities.signAgain(first, signed.cose)
      return first
    }
    const known = this.authorities.named(cert.sub)
    const isNewKey = !known.some((link) => equal(link.kid, kid))
    const delay = cert.role === 'national' || cert.role === 'officer' ? NEW_KEY_DELAY[cert.role] : 0
    const waits = isNewKey && !this.#founding
    const earlier = known.find((link) => equal(link.kid, kid))
    const usableFrom = waits ? t + delay : (earlier?.usableFrom ?? 0)
    const link = this.authorities.check(signed, usableFrom, { index, t })
    this.authorities.add(link)
    this.#certificates.set(id, link)
    if (cert.role === 'registry') this.#country ??= cert.scope.country
    const isNewForce = cert.role === 'force' && known.length === 0
    const rises = known.length > 0 || isNewForce
    this.#book.set(cert.sub, cert.caps, t, this.#founding || !rises ? 0 : RAISED_CAP_DELAY)
    return link
  }

  private checkBatch(index: number, entry: Entry): void {
    parseBatch(entry.body.payload)
    demand(entry.body.slots.length === 1, 'signer-set', 'a batch has one signer')
    const slot = entry.body.slots[0]!
    const { cert } = this.authorities.signer(slot.kid, entry.t, index)
    if (cert.role !== 'registry' && cert.role !== 'maker')
      throw new Refusal('signer-set', `${cert.role} signs no batches`)
    verifySlot(entry.body, slot, cert.key, { verify: this.#verify })
  }
}

const documentId = (kind: Kind, payload: Uint8Array) => `${kind} ${toHex(sha256(payload))}`
