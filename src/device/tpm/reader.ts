import { demand } from '../../core/index.ts'

/**
 * Reads what a TPM answered, from the front. Whoever sits on the wire may have written it: nothing is
 * taken that is not there, and `done` refuses what is left over. @throws {Refusal} store
 */
export class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(length: number): Uint8Array {
    const end = this.#at + length
    demand(end <= this.#bytes.length, 'store', 'an answer of the tpm is cut short')
    const taken = this.#bytes.slice(this.#at, end)
    this.#at = end
    return taken
  }

  u8(): number {
    return this.take(1)[0]!
  }

  u16(): number {
    return new DataView(this.take(2).buffer).getUint16(0)
  }

  u32(): number {
    return new DataView(this.take(4).buffer).getUint32(0)
  }

  u64(): bigint {
    return new DataView(this.take(8).buffer).getBigUint64(0)
  }

  /** A TPM2B: two bytes of length, then so many. */
  sized(max: number): Uint8Array {
    const length = this.u16()
    demand(length <= max, 'store', 'a field of the tpm is longer than it can be')
    return this.take(length)
  }

  /** What nobody asks for. */
  skipRest(): void {
    this.#at = this.#bytes.length
  }

  done(): void {
    demand(this.#at === this.#bytes.length, 'store', 'an answer of the tpm has bytes left over')
  }
}
