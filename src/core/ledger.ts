import { RULES } from './acts.ts'
import { equal, toHex } from './bytes.ts'
import { parseBatch } from './batch.ts'
import { CapBook, CapCounter, RAISED_CAP_DELAY } from './caps.ts'
import { Authorities, type Link } from './chain.ts'
import { certificateOf, type SignedCertificate } from './certificate.ts'
import { checkOrder, type CheckedOrder } from './check-order.ts'
import { sha256, type VerifyEs256 } from './crypto.ts'
import { verifySlot } from './cose.ts'
import { parseEntry, type Entry } from './entry.ts'
import { CONTINUES, checkUndo, outstandingOf, stateUnder, type Outstanding } from './lifecycle.ts'
import { parseOrder, type Order } from './order.ts'
import { Refusal, demand } from './refusal.ts'
import { stepRoot, type RootDocument } from './root.ts'

const DAY = 86_400_000
/** Waiting times of a key after its certificate stands in the log, in ms. */
const NEW_KEY_DELAY = { national: 30 * DAY, officer: DAY } as const

/** What one entry of the log changed. */
export type Applied =
  | { readonly kind: 'order'; readonly index: number; readonly checked: CheckedOrder }
  | { readonly kind: 'repeat'; readonly index: number; readonly first: number }
  | { readonly kind: 'certificate'; readonly index: number; readonly link: Link }
  | { readonly kind: 'root'; readonly index: number; readonly root: RootDocument }
  | { readonly kind: 'batch'; readonly index: number }

interface Logged extends Outstanding {
  readonly ctr: number
  closed: boolean
}

/**
 * The law as anybody can re-derive it who holds every entry: registry, guardian, edge, auditor. It
 * knows certificates, caps and which order undoes which, and nothing about devices: those are hidden.
 */
export class Ledger {
  readonly authorities: Authorities
  readonly #verify: VerifyEs256
  readonly #book = new CapBook()
  readonly #counter = new CapCounter(this.#book)
  readonly #oids = new Map<string, { readonly index: number; readonly payload: Uint8Array }>()
  readonly #certificates = new Map<string, Link>()
  readonly #logged = new Map<number, Logged>()
  #size = 0
  #t = 0
  #founding = true

  constructor(root: RootDocument, verify: VerifyEs256) {
    this.authorities = new Authorities(root, verify)
    this.#verify = verify
  }

  /** Entries taken or passed over so far: the index of the next. */
  get size(): number {
    return this.#size
  }

  /** Log time of the last entry, ms. */
  get t(): number {
    return this.#t
  }

  /**
   * The index of this order if it is logged already, whatever its signatures.
   * @throws {Refusal} oid-reused: the same id, another payload
   */
  loggedIndex(oid: Uint8Array, payload: Uint8Array): number | undefined {
    const known = this.#oids.get(toHex(oid))
    if (known === undefined) return undefined
    demand(
      equal(known.payload, sha256(payload)),
      'oid-reused',
      'another order of this id is already logged',
    )
    return known.index
  }

  /**
   * Takes the next entry, or refuses it and changes nothing. A reader who must go on past an
   * unlawful entry calls `pass`.
   * @throws {Refusal} any of the codes of an entry, an order, a certificate or a root document
   */
  apply(index: number, bytes: Uint8Array): Applied {
    demand(index === this.#size, 'feed-gap', `expected entry ${this.#size}`)
    const entry = parseEntry(bytes)
    demand(entry.t >= this.#t, 'time-went-back', 'an entry older than the one before it')
    const applied = this.take(index, entry)
    this.#size = index + 1
    this.#t = entry.t
    return applied
  }

  /** Leaves the next entry out: it stands in the log, and counts for nothing. */
  pass(index: number): void {
    demand(index === this.#size, 'feed-gap', `expected entry ${this.#size}`)
    this.#size = index + 1
  }

  private take(index: number, entry: Entry): Applied {
    switch (entry.kind) {
      case 'order':
        return this.takeOrder(index, entry)
      case 'certificate':
        return {
          kind: 'certificate',
          index,
          link: this.takeCertificate(certificateOf(entry.body), entry.t),
        }
      case 'root': {
        const root = stepRoot(this.authorities.root, entry.body, this.#verify)
        this.authorities.replaceRoot(root)
        return { kind: 'root', index, root }
      }
      case 'batch':
        this.checkBatch(entry)
        return { kind: 'batch', index }
    }
  }

  private takeOrder(index: number, entry: Entry): Applied {
    // Before anything else is judged: anybody can make a second spelling of a signature, and by the
    // time it is logged the order's window may be over. What changes nothing breaks nothing.
    const { oid } = parseOrder(entry.body.payload)
    const first = this.loggedIndex(oid, entry.body.payload)
    if (first !== undefined) return { kind: 'repeat', index, first }
    const checked = checkOrder(entry, this.authorities, this.#verify)
    const { order } = checked
    const undone = this.continued(order, entry.t)
    if (RULES[order.act].capped) this.#counter.check(checked.subs, order.act, entry.t)

    // Nothing above changed anything; nothing below can fail.
    this.#founding = false
    this.#oids.set(toHex(order.oid), { index, payload: sha256(entry.body.payload) })
    if (RULES[order.act].capped) this.#counter.count(checked.subs, order.act, entry.t)
    if (undone && order.act === 'found')
      this.#logged.set(undone.index, { ...undone, foundBy: order.auth, ctr: order.ctr })
    else if (undone) undone.closed = true
    if (order.act === 'hold' || order.act === 'lock')
      this.#logged.set(index, {
        ...outstandingOf(order, order.act, index),
        ctr: order.ctr,
        closed: false,
      })
    return { kind: 'order', index, checked }
  }

  /** The order that `of` names, if it may be continued. @throws {Refusal} of-mismatch, wrong-state, replay, signer-set, owner-key */
  private continued(order: Order, t: number): Logged | null {
    if (order.of === undefined) return null
    const named = this.#logged.get(order.of)
    demand(named !== undefined, 'of-mismatch', 'names no hold or lock of this log')
    demand(
      CONTINUES[order.act].includes(named.act),
      'of-mismatch',
      `${order.act} does not continue a ${named.act}`,
    )
    demand(!named.closed, 'of-mismatch', 'names an order that is no longer in force')
    const lapsed = named.act === 'hold' && Math.floor(t / 1000) > named.exp
    demand(!lapsed, 'of-mismatch', 'names a hold that has lapsed')
    const state = stateUnder(named)
    demand(
      RULES[order.act].from.includes(state),
      'wrong-state',
      `${order.act} does not follow ${state}`,
    )
    demand(order.ctr > named.ctr, 'replay', 'the counter does not rise')
    if (order.act === 'release' || order.act === 'retire') checkUndo(order, named)
    return named
  }

  private takeCertificate(signed: SignedCertificate, t: number): Link {
    const { cert, kid } = signed
    // Certificates are public: one logged again must not bring back the caps of its day.
    const id = toHex(sha256(signed.cose.payload))
    const first = this.#certificates.get(id)
    if (first !== undefined) return first
    const known = this.authorities.named(cert.sub)
    const isNewKey = !known.some((link) => equal(link.kid, kid))
    const delay = cert.role === 'national' || cert.role === 'officer' ? NEW_KEY_DELAY[cert.role] : 0
    const waits = isNewKey && !this.#founding
    const earlier = known.find((link) => equal(link.kid, kid))
    const usableFrom = waits ? t + delay : (earlier?.usableFrom ?? 0)
    const link = this.authorities.check(signed, usableFrom, t)
    this.authorities.add(link)
    this.#certificates.set(id, link)
    const isNewForce = cert.role === 'force' && known.length === 0
    const rises = known.length > 0 || isNewForce
    this.#book.set(cert.sub, cert.caps, t, this.#founding || !rises ? 0 : RAISED_CAP_DELAY)
    return link
  }

  private checkBatch(entry: Entry): void {
    parseBatch(entry.body.payload)
    demand(entry.body.slots.length === 1, 'signer-set', 'a batch has one signer')
    const slot = entry.body.slots[0]!
    const { cert } = this.authorities.signer(slot.kid, entry.t)
    if (cert.role !== 'registry' && cert.role !== 'maker')
      throw new Refusal('signer-set', `${cert.role} signs no batches`)
    verifySlot(entry.body, slot, cert.key, { verify: this.#verify })
  }
}
