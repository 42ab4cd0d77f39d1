import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, demand, toHex, type Signer } from '../../core/index.ts'
import { nodeVerifiers, writeFileDurably, type Logger } from '../../host/index.ts'
import { readTrust, verifyForDevice, type Accepted } from '../../wire/index.ts'
import { obey } from '../obey.ts'
import { blankRecord, type Home, type StoreRecord } from '../secure-store.ts'
import { encodePage, decodePage, type Bit, type GrantPage } from './grant-book.ts'
import { encodeGrants, parseGrants, type Mandate } from './grants.ts'
import type { Governed } from './indices.ts'
import { signGrant, type GrantSigners } from './sign-grants.ts'

/** A phone whose store is a TPM, as its maker tells those who sign for it. */
export interface Admission {
  readonly governed: Governed
  /** Where it will be enrolled: no other log's order raises a bit. */
  readonly home: Home
  /** The signed root document that is believed. */
  readonly root: Uint8Array
  /** For whoever puts the grants together. */
  readonly mandate?: Mandate
}

/** One side's signature for one bit. */
export interface SignedBit extends Bit {
  readonly signature: Uint8Array
}

export interface GrantDeskOptions {
  /** Exists; a page for each phone. */
  readonly folder: string
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

  /** Takes a phone in that leaves the factory. */
  async admit({ governed, home, root, mandate }: Admission): Promise<void> {
    const blank = blankRecord({ root })
    await this.#keep(governed.device, {
      record: { ...blank, home },
      approver: governed.approver,
      mandate: mandate ? encodeGrants({ mandate, grants: [] }) : null,
      bits: [],
    })
  }

  /**
   * Every bit that these orders and those before them raise, signed. An order that does not hold, or does
   * not follow, raises none and stops none. @throws {Refusal} not-found: no such phone is known here
   */
  sign(device: Uint8Array, bundles: readonly Uint8Array[]): Promise<readonly SignedBit[]> {
    return this.#inTurn(async () => {
      const page = await this.#pageOf(device)
      const next = bundles.reduce((before, bundle) => this.#after(before, device, bundle), page)
      // Kept before anybody is told: a number is given once.
      if (next !== page) await this.#keep(device, next)
      const governed = { approver: next.approver, device }
      const { side, signer } = this.#options
      return next.bits
        .filter(({ act }) => side === 'police' || act === 'release')
        .map((bit) => ({ ...bit, signature: signGrant(side, bit, governed, signer) }))
    })
  }

  /** Who may sign for this phone, by the approver's word. @throws {Refusal} not-found */
  async mandateOf(device: Uint8Array): Promise<Mandate> {
    const { mandate } = await this.#pageOf(device)
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

  async #pageOf(device: Uint8Array): Promise<GrantPage> {
    const bytes = await readFile(this.#pathOf(device)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      throw new Refusal('not-found', 'no such phone is known here')
    })
    return decodePage(new Uint8Array(bytes))
  }

  #keep(device: Uint8Array, page: GrantPage): Promise<void> {
    return writeFileDurably(this.#pathOf(device), encodePage(page))
  }

  #pathOf(device: Uint8Array): string {
    return join(this.#options.folder, `${toHex(device)}.page`)
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
