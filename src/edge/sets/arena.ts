import { SNRS_OF_A_TAC, TACS, type TacGroup, type TacGroups } from '../../core/sets/tac-group.ts'

/** More SNRs than this: a bit for each there can be is no larger than 16 for each there is. */
const MOST_IN_CHUNKS = 62_500
/** From here on the directory of chunks pays for itself. */
const FEWEST_IN_CHUNKS = 64
const BITMAP_WORDS = SNRS_OF_A_TAC / 32
/** A chunk holds the SNRs that share all but their low 14 bits. */
const CHUNK_BITS = 14
const CHUNK_MASK = (1 << CHUNK_BITS) - 1
const CHUNKS = Math.ceil(SNRS_OF_A_TAC / (1 << CHUNK_BITS))
/** Where each chunk begins, and where the last one ends. */
const DIRECTORY = CHUNKS + 1
/** A shelf holds the TACs that share all but their low 10 bits: a short search instead of a long one. */
const SHELF_BITS = 10
const SHELVES = Math.ceil(TACS / (1 << SHELF_BITS))
const FIRST_SHELF = 2
const FIRST_TAC = FIRST_SHELF + SHELVES + 1

/**
 * An exact, immutable set of 14-digit numbers in one piece of memory that threads can share.
 *
 * Words of 32 bits: how many TACs, how many numbers; where each shelf of TACs begins; the TACs, rising;
 * how many SNRs each has; where each begins. Then the SNRs of each, in one of three forms by how many
 * they are: a bitmap; their low 14 bits, sorted, in chunks behind a directory; or sorted words. Nothing
 * is hashed: no number ever answers for another, and nobody can choose numbers that are slow to find.
 */
export class Arena {
  readonly buffer: SharedArrayBuffer
  readonly #words: Uint32Array
  /** The same memory, for chunks and their directories. */
  readonly #halves: Uint16Array
  readonly #tacs: number

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#words = new Uint32Array(buffer)
    this.#halves = new Uint16Array(buffer)
    this.#tacs = this.#words[0]!
  }

  /** Goes through the set twice: to see how much memory it takes, and to fill it. */
  static of(groups: TacGroups): Arena {
    let [tacs, size, words] = [0, 0, FIRST_TAC]
    for (const { snrs } of groups) {
      tacs++
      size += snrs.length
      words += 3 + wordsFor(snrs.length)
    }
    const buffer = new SharedArrayBuffer(4 * words)
    new Uint32Array(buffer).set([tacs, size])
    const arena = new Arena(buffer)
    arena.fill(groups)
    return arena
  }

  get size(): number {
    return this.#words[1]!
  }

  has(tac: number, snr: number): boolean {
    const words = this.#words
    const shelf = FIRST_SHELF + (tac >>> SHELF_BITS)
    const shelfEnd = words[shelf + 1]!
    const place = lowerBound(words, words[shelf]!, shelfEnd, tac)
    if (place === shelfEnd || words[place] !== tac) return false
    const count = words[place + this.#tacs]!
    const at = words[place + 2 * this.#tacs]!
    if (count > MOST_IN_CHUNKS) return ((words[at + (snr >>> 5)]! >>> (snr & 31)) & 1) === 1
    if (count < FEWEST_IN_CHUNKS) {
      const found = lowerBound(words, at, at + count, snr)
      return found < at + count && words[found] === snr
    }
    const halves = this.#halves
    const directory = 2 * at
    const chunk = directory + (snr >>> CHUNK_BITS)
    const first = directory + DIRECTORY
    const end = first + halves[chunk + 1]!
    const low = snr & CHUNK_MASK
    const found = lowerBoundInChunk(halves, first + halves[chunk]!, end, low)
    return found < end && halves[found] === low
  }

  /** The whole set again, as often as it is gone through. */
  get groups(): TacGroups {
    return { [Symbol.iterator]: () => this.unpacked() }
  }

  private fill(groups: TacGroups): void {
    const words = this.#words
    let place = FIRST_TAC
    let shelf = -1
    let at = FIRST_TAC + 3 * this.#tacs
    for (const { tac, snrs } of groups) {
      while (shelf < tac >>> SHELF_BITS) words[FIRST_SHELF + ++shelf] = place
      words[place] = tac
      words[place + this.#tacs] = snrs.length
      words[place + 2 * this.#tacs] = at
      place++
      if (snrs.length > MOST_IN_CHUNKS) this.fillBitmap(at, snrs)
      else if (snrs.length < FEWEST_IN_CHUNKS) words.set(snrs, at)
      else this.fillChunks(at, snrs)
      at += wordsFor(snrs.length)
    }
    while (shelf < SHELVES) words[FIRST_SHELF + ++shelf] = place
  }

  private fillBitmap(at: number, snrs: Uint32Array): void {
    const words = this.#words
    for (let i = 0; i < snrs.length; i++) words[at + (snrs[i]! >>> 5)]! |= 1 << (snrs[i]! & 31)
  }

  private fillChunks(at: number, snrs: Uint32Array): void {
    const halves = this.#halves
    const directory = 2 * at
    const first = directory + DIRECTORY
    let chunk = 0
    for (let i = 0; i < snrs.length; i++) {
      const snr = snrs[i]!
      while (chunk < snr >>> CHUNK_BITS) halves[directory + ++chunk] = i
      halves[first + i] = snr & CHUNK_MASK
    }
    while (chunk < CHUNKS) halves[directory + ++chunk] = snrs.length
  }

  private *unpacked(): Generator<TacGroup> {
    const words = this.#words
    const scratch = new Uint32Array(SNRS_OF_A_TAC)
    for (let place = FIRST_TAC; place < FIRST_TAC + this.#tacs; place++) {
      const snrs = scratch.subarray(0, words[place + this.#tacs]!)
      const at = words[place + 2 * this.#tacs]!
      if (snrs.length > MOST_IN_CHUNKS) this.unpackBitmap(at, snrs)
      else if (snrs.length < FEWEST_IN_CHUNKS) snrs.set(words.subarray(at, at + snrs.length))
      else this.unpackChunks(at, snrs)
      yield { tac: words[place]!, snrs }
    }
  }

  private unpackBitmap(at: number, snrs: Uint32Array): void {
    const words = this.#words
    let i = 0
    for (let word = 0; word < BITMAP_WORDS; word++)
      for (let bits = words[at + word]!; bits !== 0; bits &= bits - 1)
        snrs[i++] = word * 32 + 31 - Math.clz32(bits & -bits)
  }

  private unpackChunks(at: number, snrs: Uint32Array): void {
    const halves = this.#halves
    const directory = 2 * at
    const first = directory + DIRECTORY
    let i = 0
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const end = halves[directory + chunk + 1]!
      for (; i < end; i++) snrs[i] = (chunk << CHUNK_BITS) | halves[first + i]!
    }
  }
}

function wordsFor(count: number): number {
  if (count > MOST_IN_CHUNKS) return BITMAP_WORDS
  return count < FEWEST_IN_CHUNKS ? count : Math.ceil((DIRECTORY + count) / 2)
}

/** First place in [from, end) whose value is not below `value`. */
function lowerBound(values: Uint32Array, from: number, end: number, value: number): number {
  while (from < end) {
    const middle = (from + end) >>> 1
    if (values[middle]! < value) from = middle + 1
    else end = middle
  }
  return from
}

/**
 * The same among the sorted low bits of a chunk. Serial numbers lie about evenly, so it begins where
 * the value would stand if they lay exactly so, and widens from there by doubling: a seventh faster
 * than halving, and never much slower. (One function for both widths would be slower for each.)
 */
function lowerBoundInChunk(lows: Uint16Array, first: number, last: number, low: number): number {
  let [from, end] = [first, last]
  const guess = first + ((low * (last - first)) >>> CHUNK_BITS)
  if (guess < last && lows[guess]! < low) {
    from = guess + 1
    for (let step = 8; from + step < last; step *= 2) {
      if (lows[from + step]! >= low) {
        end = from + step
        break
      }
      from += step + 1
    }
  } else {
    end = guess
    for (let step = 8; end - step > first; step *= 2) {
      if (lows[end - step]! < low) {
        from = end - step + 1
        break
      }
      end -= step
    }
  }
  while (from < end) {
    const middle = (from + end) >>> 1
    if (lows[middle]! < low) from = middle + 1
    else end = middle
  }
  return from
}
