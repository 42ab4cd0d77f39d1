import { readValue } from './lock-bits.ts'
import { nvIncrement } from './nv-commands.ts'
import type { NvIndex } from './nv-index.ts'
import type { Tpm } from './tpm.ts'

/** Further than any honest counter leaps. */
const LEAP = 64n

/** The order's counter in an index that only rises, from a base noted when the phone was made. */
export class OrderCounter {
  readonly #index: NvIndex
  readonly #base: bigint

  constructor(index: NvIndex, base: bigint) {
    this.#index = index
    this.#base = base
  }

  /** The highest counter of an order that the TPM knows of. @throws {Refusal} store */
  async value(tpm: Tpm): Promise<bigint> {
    return (await readValue(tpm, this.#index)) - this.#base
  }

  /**
   * Goes after a record that stands already: what is missing after a power cut is made up later. A
   * counter that leaps is not followed: an order must not wear the chip out, and the proof says less.
   */
  async follow(tpm: Tpm, ctr: number): Promise<void> {
    const missing = BigInt(ctr) - (await this.value(tpm))
    if (missing > LEAP) return
    for (let i = 0n; i < missing; i++) await nvIncrement(tpm, this.#index.handle)
  }
}
