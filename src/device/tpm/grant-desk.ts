import { Refusal, demand, type Signer } from '../../core/index.ts'
import { nodeVerifiers, type Logger } from '../../host/index.ts'
import { readTrust, verifyForDevice, type Accepted } from '../../wire/index.ts'
import { obey } from '../obey.ts'
import type { StoreRecord } from '../secure-store.ts'
import type { GrantBook } from './grant-book.ts'
import type { Bit, GrantPage } from './grant-page.ts'
import { parseGrants, type Mandate } from './grants.ts'
import { signGrant, type GrantSigners } from './sign-grants.ts'

/** One side's signature for one bit. */
export interface SignedBit extends Bit {
  readonly signature: Uint8Array
}

export interface GrantDeskOptions {
  readonly book: GrantBook
  /** Which slot of a grant its key is for. */
  readonly side: keyof GrantSigners
  readonly signer: Signer
  readonly logger: Logger
}

/**
 * Signs grants for phones on a TPM, and nothing that the log does not say: it judges every order's bundle
 * as the phone itself does, quorum and all, and gives each lock its number and each release that of its
 * lock. Whoever asks gets the same: there is no other way to make it sign.
 */
export class GrantDesk {
  readonly #options: GrantDeskOptions
  readonly #verify = nodeVerifiers()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: GrantDeskOptions) {
    this.#options = options
  }

  /**
   * Every bit that these orders and those before them raise, signed. An order that does not hold, or does
   * not follow, raises none and stops none. @throws {Refusal} not-found: no such phone is known here
   */
  sign(device: Uint8Array, bundles: readonly Uint8Array[]): Promise<readonly SignedBit[]> {
    return this.#inTurn(async () => {
      const page = await this.#options.book.pageOf(device)
      const next = bundles.reduce((before, bundle) => this.#after(before, device, bundle), page)
      // Kept before anybody is told: a number is given once.
      if (next !== page) await this.#options.book.keep(device, next)
      const governed = { approver: next.approver, device }
      const { side, signer } = this.#options
      return next.bits
        .filter(({ act }) => side === 'police' || act === 'release')
        .map((bit) => ({ ...bit, signature: signGrant(side, bit, governed, signer) }))
    })
  }

  /** Who may sign for this phone, by the approver's word. @throws {Refusal} not-found */
  async mandateOf(device: Uint8Array): Promise<Mandate> {
    const { mandate } = await this.#options.book.pageOf(device)
    demand(mandate !== null, 'not-found', 'somebody else puts the grants of this phone together')
    return parseGrants(mandate).mandate
  }

  #after(page: GrantPage, device: Uint8Array, bundle: Uint8Array): GrantPage {
    const { record } = page
    try {
      const accepted = this.#judge(record, device, bundle)
      return {
        ...page,
        record: { ...obey(record, bundle, accepted), owner: null },
        bits: [...page.bits, ...raised(page, accepted)],
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const isKnown = error.code === 'replay'
      if (!isKnown) this.#options.logger.warn({ code: error.code }, 'no grant for this order')
      return page
    }
  }

  #judge(record: StoreRecord, dak: Uint8Array, bundle: Uint8Array): Accepted {
    const { device, now, treeSize, home } = record
    const receiver = { dak, device, owner: null, now, treeSize, home: home?.log ?? null }
    return verifyForDevice(bundle, readTrust(record.root, this.#verify), receiver)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}

/** What an order that was accepted does to the chip. A phone that is shut already needs no second lock. */
function raised({ record, bits }: GrantPage, { order }: Accepted): readonly Bit[] {
  const locks = bits.filter(({ act }) => act === 'lock').length
  const isLocked = locks > bits.length - locks
  if (order.act === 'lock' || order.act === 'retire')
    return isLocked ? [] : [{ act: 'lock', number: locks }]
  const wasLocked = record.device.outstanding?.act === 'lock'
  const isRelease = order.act === 'release' && wasLocked && isLocked
  return isRelease ? [{ act: 'release', number: locks - 1 }] : []
}

/** What a desk has signed for a bit; null: nothing. */
export function signatureFor(signed: readonly SignedBit[], bit: Bit): Uint8Array | null {
  const found = signed.find(({ act, number }) => act === bit.act && number === bit.number)
  return found?.signature ?? null
}
