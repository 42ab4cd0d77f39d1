import { SNRS_OF_A_TAC, keyOf, type TacGroup, type TacGroups } from '../../core/index.ts'
import { fraction } from '../../host/index.ts'

/** They begin with 00: nobody's phones. */
const FIRST_TAC = 100_000
const TACS = 20_000

/** A number of 14 digits, as `keyOf` makes it. */
export type ImeiKey = number

/**
 * Which numbers are listed in a bench: the even SNRs of many models, so that whoever asks knows every
 * answer without keeping a list.
 */
export class Numbers {
  readonly #ofEach: number

  constructor(entries: number) {
    this.#ofEach = Math.ceil(entries / TACS)
  }

  get count(): number {
    return TACS * this.#ofEach
  }

  get listed(): TacGroups {
    const snrs = Uint32Array.from({ length: this.#ofEach }, (_, i) => 2 * i)
    const groups = function* (): Generator<TacGroup> {
      for (let tac = FIRST_TAC; tac < FIRST_TAC + TACS; tac++) yield { tac, snrs }
    }
    return { [Symbol.iterator]: groups }
  }

  /** One of the listed, or a neighbour of one, as often. */
  pick(): ImeiKey {
    const tac = FIRST_TAC + Math.floor(fraction() * TACS)
    return keyOf(tac, Math.floor(fraction() * 2 * this.#ofEach))
  }

  isListed(imei: ImeiKey): boolean {
    return (imei % SNRS_OF_A_TAC) % 2 === 0
  }
}
