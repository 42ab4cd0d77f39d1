import {
  SNRS_OF_A_TAC,
  imeiOfNumbers,
  snrNumber,
  tacNumber,
  type Imei14,
  type TacGroups,
} from '../../core/index.ts'
import { randomFrom } from './listed-numbers.ts'

/** So many that what they touch does not fit into a core's own cache. */
const QUERIES = 2 ** 18
/** Times all of them are asked. */
const PASSES = 8

/** Numbers that are in a set, and numbers of the same models that are not, each in random order. */
export interface Queries {
  readonly hits: readonly Imei14[]
  readonly misses: readonly Imei14[]
}

/** @param size how many numbers the groups hold */
export function queriesFor(groups: TacGroups, size: number): Queries {
  const random = randomFrom(QUERIES)
  const step = Math.max(1, Math.floor(size / QUERIES))
  const hits: Imei14[] = []
  const misses: Imei14[] = []
  let next = random() % step
  let passed = 0
  for (const { tac, snrs } of groups) {
    for (; next < passed + snrs.length; next += step) {
      hits.push(imeiOfNumbers(tac, snrs[next - passed]!))
      misses.push(imeiOfNumbers(tac, notIn(snrs, random)))
    }
    passed += snrs.length
  }
  return { hits: shuffled(hits, random), misses: shuffled(misses, random) }
}

function notIn(snrs: Uint32Array, random: () => number): number {
  for (;;) {
    const snr = random() % SNRS_OF_A_TAC
    if (binarySearch(snrs, snr) === false) return snr
  }
}

/** In random order, and each as an interface has it: text of its own, fresh off the wire. */
function shuffled(imeis: readonly Imei14[], random: () => number): Imei14[] {
  return imeis
    .map((imei) => ({ imei, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ imei }) => Buffer.from(imei, 'latin1').toString('latin1') as Imei14)
}

/** A million answers a second of processor time, hit and miss: whoever else is on the machine. */
export interface Rate {
  readonly hit: number
  readonly miss: number
}

export function rateOf(has: (imei: Imei14) => boolean, { hits, misses }: Queries): Rate {
  return { hit: rate(has, hits, true), miss: rate(has, misses, false) }
}

function rate(has: (imei: Imei14) => boolean, imeis: readonly Imei14[], expected: boolean): number {
  let right = 0
  const before = cpuNow()
  for (let pass = 0; pass < PASSES; pass++)
    for (let i = 0; i < imeis.length; i++) if (has(imeis[i]!) === expected) right++
  const seconds = cpuNow() - before
  if (right !== PASSES * imeis.length) throw new Error('a wrong answer')
  return Math.round(right / seconds / 10_000) / 100
}

/** What one writes without this: a Set of text. */
export function plainSet(groups: TacGroups): (imei: Imei14) => boolean {
  const set = new Set<Imei14>()
  for (const { tac, snrs } of groups) for (const snr of snrs) set.add(imeiOfNumbers(tac, snr))
  return (imei) => set.has(imei)
}

/** The smallest thing the language has for it: 8 bytes a number, sorted. */
export function sortedArray(groups: TacGroups, size: number): (imei: Imei14) => boolean {
  const keys = new Float64Array(size)
  let at = 0
  for (const { tac, snrs } of groups) for (const snr of snrs) keys[at++] = keyOf(tac, snr)
  return (imei) => binarySearch(keys, keyOf(tacNumber(imei), snrNumber(imei)))
}

const keyOf = (tac: number, snr: number) => tac * SNRS_OF_A_TAC + snr

function binarySearch(values: Float64Array | Uint32Array, value: number): boolean {
  let [from, end] = [0, values.length]
  while (from < end) {
    const middle = (from + end) >>> 1
    if (values[middle]! < value) from = middle + 1
    else end = middle
  }
  return values[from] === value
}

/** Seconds of processor time this process has used. */
function cpuNow(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
