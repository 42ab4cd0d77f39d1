/** One number that a base set is to have, or to have no longer. */
export interface Override {
  readonly tac: number
  readonly snr: number
  readonly isIn: boolean
}

const FEWEST_SLOTS = 256

/**
 * What is said of single numbers since a base set was built; it is asked before the base, and knows
 * TACs the base has never seen. A table with open addressing, at most three quarters full: 8 bytes a
 * slot, where a Map takes ten times that. Nothing is ever taken out: to say the opposite suffices.
 */
export class Overlay {
  /** Two words a slot: TAC + 1, or 0 where it is free; then SNR · 2, and 1 more where it is out. */
  #slots: Uint32Array<ArrayBuffer>
  #size: number

  /** @param slots those of another overlay */
  constructor(slots = new Uint32Array(2 * FEWEST_SLOTS)) {
    this.#slots = slots
    this.#size = 0
    for (let at = 0; at < slots.length; at += 2) if (slots[at] !== 0) this.#size++
  }

  get slots(): Uint32Array<ArrayBuffer> {
    return this.#slots
  }

  get size(): number {
    return this.#size
  }

  /** Undefined: nothing is said of it here, ask the base. */
  get(tac: number, snr: number): boolean | undefined {
    const at = this.find(tac, snr)
    return this.#slots[at] === 0 ? undefined : (this.#slots[at + 1]! & 1) === 0
  }

  set(tac: number, snr: number, isIn: boolean): void {
    const at = this.find(tac, snr)
    const isNew = this.#slots[at] === 0
    this.#slots[at] = tac + 1
    this.#slots[at + 1] = snr * 2 + (isIn ? 0 : 1)
    if (isNew && ++this.#size * 8 > this.#slots.length * 3) this.grow()
  }

  *[Symbol.iterator](): Generator<Override> {
    const slots = this.#slots
    for (let at = 0; at < slots.length; at += 2) {
      if (slots[at] === 0) continue
      const word = slots[at + 1]!
      yield { tac: slots[at]! - 1, snr: word >>> 1, isIn: (word & 1) === 0 }
    }
  }

  /** Where it stands, or would stand. */
  private find(tac: number, snr: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    let at = (scatter(tac, snr) << 1) & mask
    while (slots[at] !== 0 && (slots[at] !== tac + 1 || slots[at + 1]! >>> 1 !== snr))
      at = (at + 2) & mask
    return at
  }

  private grow(): void {
    const before = new Overlay(this.#slots)
    this.#slots = new Uint32Array(2 * this.#slots.length)
    this.#size = 0
    for (const { tac, snr, isIn } of before) this.set(tac, snr, isIn)
  }
}

/** Only where to look first: what is found there is compared whole. */
function scatter(tac: number, snr: number): number {
  let h = Math.imul(tac, 0x9e3779b1) ^ Math.imul(snr, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return h ^ (h >>> 13)
}
