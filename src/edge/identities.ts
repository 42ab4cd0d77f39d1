import {
  checkIdentityOpening,
  checkModels,
  parseIdentityOpening,
  type CheckedIdentity,
  type Imei14,
  type Ledger,
} from '../core/index.ts'

interface Known {
  readonly index: number
  /** Null: the number is in conflict. */
  readonly imsi: string | null
  /** When a pair is over, Unix seconds. */
  readonly exp: number | null
}

/**
 * The identity records of one log, opened: exact, in memory, one look-up a check. Whether one still
 * counts is asked of the ledger each time, so an end or a stopped key works at once.
 */
export class Identities {
  readonly #ledger: Pick<Ledger, 'identity'>
  readonly #now: () => number
  readonly #known = new Map<Imei14, Known[]>()

  /** @param now newest cosigned time, Unix seconds: the only clock a pair ends by */
  constructor(ledger: Pick<Ledger, 'identity'>, now: () => number) {
    this.#ledger = ledger
    this.#now = now
  }

  /**
   * Takes a conflict or pair of the log with its opening.
   * @throws {Refusal} opening, scope, malformed, not-canonical, too-large, imei-digits
   */
  place(index: number, { record, links }: CheckedIdentity, opening: Uint8Array): void {
    const { imei14, imsi } = checkIdentityOpening(record, parseIdentityOpening(opening))
    checkModels(links, { imeis: [imei14] })
    const known = this.#known.get(imei14)
    const one: Known = { index, imsi, exp: record.exp }
    if (known) known.push(one)
    else this.#known.set(imei14, [one])
  }

  /** Whether the log says that this subscriber honestly wears this number. */
  isHonestPair(imei14: Imei14, imsi: string): boolean {
    return this.some(imei14, (one) => one.imsi === imsi)
  }

  isInConflict(imei14: Imei14): boolean {
    return this.some(imei14, (one) => one.imsi === null)
  }

  /** Whether any subscriber honestly wears this number. */
  hasPair(imei14: Imei14): boolean {
    return this.some(imei14, (one) => one.imsi !== null)
  }

  /** Numbers in conflict. */
  conflicts(): Imei14[] {
    return [...this.#known.keys()].filter((imei14) => this.isInConflict(imei14))
  }

  private some(imei14: Imei14, isMeant: (one: Known) => boolean): boolean {
    return this.#known.get(imei14)?.some((one) => isMeant(one) && this.counts(one)) ?? false
  }

  private counts({ index, exp }: Known): boolean {
    return (exp === null || this.#now() <= exp) && this.#ledger.identity(index) !== undefined
  }
}
