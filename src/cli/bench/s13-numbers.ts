import { fraction } from '../../host/index.ts'

/**
 * Which numbers are listed in a bench: the even serials of many models, so that whoever asks knows
 * every answer without keeping a list. TACs begin with 00: nobody's phone.
 */
const FIRST_TAC = 100_000
const TACS = 20_000
const SERIALS = 1_000_000

/** An IMEI without its check digit, as a number of 14 digits. */
export type ImeiNumber = number

export class Numbers {
  readonly #perTac: number

  constructor(entries: number) {
    this.#perTac = Math.ceil(entries / TACS)
  }

  *listed(): Generator<ImeiNumber> {
    for (let tac = FIRST_TAC; tac < FIRST_TAC + TACS; tac++)
      for (let i = 0; i < this.#perTac; i++) yield tac * SERIALS + 2 * i
  }

  get count(): number {
    return TACS * this.#perTac
  }

  /** One of the listed, or a neighbour of one, as often. */
  pick(): ImeiNumber {
    const tac = FIRST_TAC + Math.floor(fraction() * TACS)
    return tac * SERIALS + Math.floor(fraction() * 2 * this.#perTac)
  }

  isListed(imei: ImeiNumber): boolean {
    return imei % 2 === 0
  }
}
