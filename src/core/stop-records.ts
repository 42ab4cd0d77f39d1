import { RULES, type Power } from './acts.ts'
import { parseAuthorityList, type AuthorityList } from './authority-list.ts'
import { equal, toHex } from './bytes.ts'
import type { CapCounter } from './caps.ts'
import type { Authorities, Link } from './chain.ts'
import { isWithin } from './certificate.ts'
import { thumbprint, type VerifyEs256 } from './crypto.ts'
import { verifySlot } from './cose.ts'
import { parseDistrust, type Distrust } from './distrust.ts'
import type { Entry } from './entry.ts'
import type { BookedIdentity, IdentityBook } from './identity-book.ts'
import type { BookedOrder, OrderBook } from './order-book.ts'
import { demand } from './refusal.ts'
import { checkRootThreshold } from './root.ts'

/** The log's own word on whose keys count: authority lists and distrust records, and what they void. */
export class StopRecords {
  readonly #authorities: Authorities
  readonly #orders: OrderBook
  readonly #identities: IdentityBook
  readonly #counter: CapCounter
  readonly #verify: VerifyEs256
  readonly #log: string
  #listVersion = 0

  constructor(of: {
    readonly authorities: Authorities
    readonly orders: OrderBook
    readonly identities: IdentityBook
    readonly counter: CapCounter
    readonly verify: VerifyEs256
    readonly log: string
  }) {
    this.#authorities = of.authorities
    this.#orders = of.orders
    this.#identities = of.identities
    this.#counter = of.counter
    this.#verify = of.verify
    this.#log = of.log
  }

  /** Version of the newest authority list; 0 where none was logged. */
  get listVersion(): number {
    return this.#listVersion
  }

  /**
   * Takes the next authority list. `certificates`: those of this log, by the hex of their hash.
   * @returns the list, and the orders that became void or count again
   * @throws {Refusal} root-threshold, log-unknown, root-rollback, chain, malformed, not-canonical
   */
  takeList(
    index: number,
    entry: Entry,
    certificates: ReadonlyMap<string, Link>,
  ): { readonly list: AuthorityList; readonly changed: readonly number[] } {
    checkRootThreshold(entry.body, this.#authorities.root, this.#verify)
    const list = parseAuthorityList(entry.body.payload)
    demand(list.log === this.#log, 'log-unknown', 'a list for another log')
    const expected = this.#listVersion + 1
    demand(list.version === expected, 'root-rollback', `expected list version ${expected}`)
    demand(list.from <= index, 'malformed', 'drawn up over a larger tree than there is')
    const rows = list.authorities.map((row) => {
      const link = certificates.get(toHex(row.certificate))
      demand(link?.cert.sub === row.sub, 'chain', 'names a certificate that is not in this log')
      return { ...row, kid: link.kid }
    })
    this.#listVersion = list.version
    const { stops } = this.#authorities
    for (const { kid, standing, index: from } of rows)
      if (standing === 'active') stops.resume(kid, from)
      else if (standing === 'suspended') stops.suspend(kid, from)
      else stops.distrust(kid, from, [])
    return { list, changed: this.judgeAgain(rows.map(({ kid }) => kid)) }
  }

  /**
   * Takes a distrust record.
   * @returns the record, and the orders that became void
   * @throws {Refusal} log-unknown, chain, signer-set, signature, root-threshold, distrusted, cert-time, malformed,
   * not-canonical
   */
  takeDistrust(
    index: number,
    entry: Entry,
  ): { readonly distrust: Distrust; readonly changed: readonly number[] } {
    const distrust = parseDistrust(entry.body.payload)
    demand(distrust.log === this.#log, 'log-unknown', 'a record for another log')
    const kid = distrust.key.slice(0, 8)
    const [link] = this.#authorities.ofKey(kid)
    demand(
      link !== undefined && equal(thumbprint(link.cert.key), distrust.key),
      'chain',
      'no certificate for this key in this log',
    )
    this.checkDistruster(index, entry, link)
    this.#authorities.stops.distrust(kid, distrust.from, distrust.kept)
    return { distrust, changed: this.judgeAgain([kid]) }
  }

  /** Any ancestor of the key, or the root. */
  private checkDistruster(index: number, { body, t }: Entry, link: Link): void {
    if (body.slots.length > 1) return checkRootThreshold(body, this.#authorities.root, this.#verify)
    const slot = body.slots[0]!
    const { cert } = this.#authorities.signer(slot.kid, t, index)
    const isAncestor = cert.sub !== link.cert.sub && isWithin(link.cert.sub, cert.sub)
    demand(
      isAncestor && cert.use !== 'order',
      'signer-set',
      `${cert.sub} does not certify this key`,
    )
    verifySlot(body, slot, cert.key, { verify: this.#verify })
  }

  /** Which orders under these keys became void, or count again; identity records and caps follow. */
  private judgeAgain(kids: readonly Uint8Array[]): readonly number[] {
    for (const booked of this.judgeEach(this.#identities, kids))
      if (booked.record.type === 'pair') this.countAgain(booked, 'pair')
    const changed: number[] = []
    for (const booked of this.judgeEach(this.#orders, kids)) {
      if (RULES[booked.order.act].capped) this.countAgain(booked, booked.order.act)
      changed.push(booked.index)
    }
    return changed.toSorted((a, b) => a - b)
  }

  /** Those that changed. One that stands under several of the keys is as it should be when it comes again. */
  private *judgeEach<T extends BookedOrder | BookedIdentity>(
    book: {
      under(kid: Uint8Array): Iterable<T>
      setVoid(index: number, isVoid: boolean): void
    },
    kids: readonly Uint8Array[],
  ): Generator<T> {
    const { stops } = this.#authorities
    for (const kid of kids)
      for (const booked of book.under(kid)) {
        const isVoid = booked.kids.some((one) => stops.isStopped(one, booked.index))
        if (isVoid === booked.isVoid) continue
        book.setVoid(booked.index, isVoid)
        yield { ...booked, isVoid }
      }
  }

  /** What is void uses nothing up. */
  private countAgain({ isVoid, subs, t }: BookedOrder | BookedIdentity, act: Power): void {
    if (isVoid) this.#counter.uncount(subs, act, t)
    else this.#counter.count(subs, act, t)
  }
}
