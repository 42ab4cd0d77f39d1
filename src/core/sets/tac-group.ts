import type { Imei14 } from '../imei.ts'

/** Which numbers: 1 black (stolen, recovered, retired), 2 grey (held, in conflict). */
export const LISTS = { black: 1, grey: 2 } as const
export type List = (typeof LISTS)[keyof typeof LISTS]

/** Serial numbers a TAC can have: SNR 000000 to 999999. */
export const SNRS_OF_A_TAC = 1_000_000
/** TACs there can be: 00000000 to 99999999. */
export const TACS = 100_000_000

/** The numbers of one model. */
export interface TacGroup {
  /** The TAC as a number, leading zeros gone. */
  readonly tac: number
  /** SNRs as numbers, rising: at least one, none twice. */
  readonly snrs: Uint32Array
}

/**
 * An exact set of 14-digit numbers: groups by rising TAC. It is large, so it is gone through and
 * never held: each pass starts anew, and a group's `snrs` may be overwritten once the next is asked for.
 */
export type TacGroups = Iterable<TacGroup>

/** TAC of a number, as a number. Allocates nothing: it stands in the path of every check. */
export function tacNumber(imei: Imei14): number {
  return decimal(imei, 0, 8)
}

/** SNR of a number, as a number. */
export function snrNumber(imei: Imei14): number {
  return decimal(imei, 8, 14)
}

function decimal(digits: string, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i++) value = value * 10 + digits.charCodeAt(i) - 48
  return value
}

/** Back to 14 digits. */
export function imeiOfNumbers(tac: number, snr: number): Imei14 {
  return `${String(tac).padStart(8, '0')}${String(snr).padStart(6, '0')}` as Imei14
}

/** One number for all 14 digits: to sort by. */
export function keyOf(tac: number, snr: number): number {
  return tac * SNRS_OF_A_TAC + snr
}

/** The set of these keys, in whatever order and however often they come. Sorts them in place. */
export function groupKeys(keys: Float64Array): TacGroups {
  keys.sort()
  return { [Symbol.iterator]: () => grouped(keys) }
}

/** The set of these numbers. */
export function groupImeis(imeis: readonly Imei14[]): TacGroups {
  return groupKeys(Float64Array.from(imeis, (imei) => keyOf(tacNumber(imei), snrNumber(imei))))
}

/** How many numbers. */
export function countOf(groups: TacGroups): number {
  let count = 0
  for (const { snrs } of groups) count += snrs.length
  return count
}

function* grouped(keys: Float64Array): Generator<TacGroup> {
  for (let from = 0; from < keys.length;) {
    const tac = Math.floor(keys[from]! / SNRS_OF_A_TAC)
    const last = keyOf(tac, SNRS_OF_A_TAC - 1)
    let end = from
    while (end < keys.length && keys[end]! <= last) end++
    const snrs = Uint32Array.from(keys.subarray(from, end), (key) => key - keyOf(tac, 0))
    yield { tac, snrs: snrs.filter((snr, i) => i === 0 || snr !== snrs[i - 1]) }
    from = end
  }
}
