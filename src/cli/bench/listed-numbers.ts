import { SNRS_OF_A_TAC, type TacGroup, type TacGroups } from '../../core/index.ts'

/** How listed phones spread over models: few models have most of them, and there is a long tail. */
export const SPREAD = { tacs: 20_000, zipf: 0.9, mostOfATac: 300_000 } as const
/** Only TACs that begin 00 are nobody's. */
const INVENTED_TACS = 1_000_000

/** That many numbers, the same on every machine and in each pass: invented TACs, random SNRs. */
export function listedNumbers(count: number): TacGroups {
  return { [Symbol.iterator]: () => invent(count) }
}

/** The TACs of `listedNumbers`, rising; the same for each count. */
export function listedTacs(): Uint32Array {
  const bitmap = new Uint32Array(INVENTED_TACS / 32)
  return distinct(bitmap, { below: INVENTED_TACS, count: SPREAD.tacs, random: randomFrom(1) })
}

function* invent(count: number): Generator<TacGroup> {
  const random = randomFrom(count)
  const bitmap = new Uint32Array(SNRS_OF_A_TAC / 32)
  const tacs = listedTacs()
  const sizes = shuffled(sizesOf(count), random)
  for (const [i, size] of sizes.entries())
    if (size > 0)
      yield { tac: tacs[i]!, snrs: distinct(bitmap, { below: SNRS_OF_A_TAC, count: size, random }) }
}

/** Zipf's shares. What is above the cap goes to the models below it, and so does what rounding left. */
function sizesOf(count: number): number[] {
  const weights = Array.from({ length: SPREAD.tacs }, (_, i) => (i + 1) ** -SPREAD.zipf)
  let weight = weights.reduce((sum, one) => sum + one, 0)
  let left = count
  return weights.map((one) => {
    const size = Math.min(SPREAD.mostOfATac, Math.round((left * one) / weight))
    left -= size
    weight -= one
    return size
  })
}

function shuffled(values: number[], random: () => number): number[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random() % (i + 1)
    const value = values[i]!
    values[i] = values[j]!
    values[j] = value
  }
  return values
}

interface Draw {
  readonly below: number
  readonly count: number
  readonly random: () => number
}

/** Different numbers, rising. The bitmap is empty before and after. */
function distinct(bitmap: Uint32Array, { below, count, random }: Draw): Uint32Array {
  for (let left = count; left > 0;) {
    const value = random() % below
    const bit = 1 << (value & 31)
    if ((bitmap[value >>> 5]! & bit) !== 0) continue
    bitmap[value >>> 5]! |= bit
    left--
  }
  const values = new Uint32Array(count)
  let at = 0
  for (let word = 0; word < bitmap.length; word++)
    for (let bits = bitmap[word]!; bits !== 0; bits &= bits - 1)
      values[at++] = word * 32 + 31 - Math.clz32(bits & -bits)
  bitmap.fill(0)
  return values
}

/** xorshift32: fast, and the same everywhere. Never 0 from a seed that is not. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
