import type { Imei14, Tac } from '../../core/index.ts'

const MODELS_OF_A_BODY = 1_000_000

/** Why no phone can have this TAC: nobody who allocates begins like that, or it was not allocated. */
export type TacDoubt = 'invalid' | 'unallocated'

/**
 * Allocated TACs, exact: one bit for each of the million models of a reporting body, for those bodies
 * that have any. So a question is one look-up, and some thirty bodies take 4 MB whatever the list says.
 */
export class TacSet {
  readonly #bodies = new Map<number, Uint8Array>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(tac: Tac): void {
    const number = Number(tac)
    const body = Math.floor(number / MODELS_OF_A_BODY)
    const model = number % MODELS_OF_A_BODY
    let models = this.#bodies.get(body)
    if (models === undefined) {
      models = new Uint8Array(MODELS_OF_A_BODY / 8)
      this.#bodies.set(body, models)
    }
    const bit = 1 << (model & 7)
    if ((models[model >> 3]! & bit) === 0) this.#size++
    models[model >> 3]! |= bit
  }

  /** Null: allocated. All zeros is nobody's TAC, whatever a list says. */
  doubt(imei14: Imei14): TacDoubt | null {
    const number = Number(imei14.slice(0, 8))
    const models = this.#bodies.get(Math.floor(number / MODELS_OF_A_BODY))
    if (models === undefined || number === 0) return 'invalid'
    const model = number % MODELS_OF_A_BODY
    return (models[model >> 3]! & (1 << (model & 7))) === 0 ? 'unallocated' : null
  }
}
