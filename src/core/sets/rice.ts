import { Refusal, demand } from '../refusal.ts'
import { SNRS_OF_A_TAC } from './tac-group.ts'

/** ⌊√2 · ln 2 · 10^6⌋: with it the loop below rounds log2(ln 2 · 10^6 / count) without a float. */
const ROUNDED_BY = 980_258

/**
 * Low bits that a gap of this group is spelled with: the largest k with count · 2^k ≤ 980,258, else 0.
 * In integers, because floats differ between machines and a set must have one spelling.
 */
export function riceParameter(count: number): number {
  let k = 0
  while (count * 2 ** (k + 1) <= ROUNDED_BY) k++
  return k
}

/**
 * More bytes than any group of this many takes: by the choice of k the unary parts of a group, zeros
 * included, have at most 4 bits for a number.
 */
export function maxRiceBytes(count: number): number {
  return Math.ceil((count * (riceParameter(count) + 4)) / 8) + 4
}

/**
 * Writes the gaps of rising SNRs at `at`, most significant bit first: for each ⌊gap / 2^k⌋ ones, a
 * zero, the k low bits; zeros to the byte's end. Room is the caller's affair.
 * @returns where it ends @throws {Refusal} snapshot-malformed: not rising, or beyond six digits
 */
export function writeRice(out: Uint8Array, start: number, snrs: Uint32Array, k: number): number {
  let at = start
  let pending = 0 // bits not yet written, fewer than 8 between numbers
  let count = 0
  let previous = -1
  for (let i = 0; i < snrs.length; i++) {
    const snr = snrs[i]!
    const gap = snr - previous - 1
    if (gap < 0 || snr >= SNRS_OF_A_TAC) throw malformed('serial numbers of six digits must rise')
    previous = snr
    let ones = gap >>> k
    for (; ones >= 8; ones -= 8) {
      out[at++] = ((pending << 8) | 0xff) >>> count
      pending = 0xff >>> (8 - count)
    }
    // At most 7 pending, 7 ones, the zero and 19 low bits: 34, so in two steps.
    pending = (pending << (ones + 1)) | ((1 << (ones + 1)) - 2)
    count += ones + 1
    if (count >= 8) {
      count -= 8
      out[at++] = pending >>> count
    }
    pending = (pending << k) | (gap & ((1 << k) - 1))
    count += k
    while (count >= 8) {
      count -= 8
      out[at++] = pending >>> count
    }
    pending &= 0xff
  }
  if (count > 0) out[at++] = pending << (8 - count)
  return at
}

/**
 * Reads `out.length` SNRs from `start` on. @returns where it ends
 * @throws {Refusal} snapshot-malformed: beyond six digits, cut short, padding that is not zero
 */
export function readRice(bytes: Uint8Array, start: number, out: Uint32Array, k: number): number {
  const whole = bytes.length - 3
  const maxOnes = SNRS_OF_A_TAC >>> k
  let at = start
  let used = 0 // bits of bytes[at] already read
  let next = 0 // the smallest SNR that may follow
  for (let i = 0; i < out.length; i++) {
    let ones = 0
    let window = (at < whole ? word(bytes, at) : lastWord(bytes, at)) << used
    let run = Math.clz32(~window)
    while (run > 24) {
      // Too many to see in what is left of 32 bits.
      ones += 24
      if (ones > maxOnes) throw malformed('a serial number beyond six digits')
      at += 3
      window = (at < whole ? word(bytes, at) : lastWord(bytes, at)) << used
      run = Math.clz32(~window)
    }
    ones += run
    if (ones > maxOnes) throw malformed('a serial number beyond six digits')
    used += run + 1
    at += used >>> 3
    used &= 7
    window = (at < whole ? word(bytes, at) : lastWord(bytes, at)) << used
    const snr = next + ((ones << k) | ((window >>> 1) >>> (31 - k)))
    if (snr >= SNRS_OF_A_TAC) throw malformed('a serial number beyond six digits')
    out[i] = snr
    next = snr + 1
    used += k
    at += used >>> 3
    used &= 7
  }
  if (used > 0) {
    demand(at < bytes.length, 'snapshot-malformed', 'a group is cut short')
    demand(((bytes[at]! << used) & 0xff) === 0, 'snapshot-malformed', 'padding must be zero')
    at++
  }
  demand(at <= bytes.length, 'snapshot-malformed', 'a group is cut short')
  return at
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** What lies past the end reads as zeros: a group that goes there is refused when it is done. */
function lastWord(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = at; i < at + 4; i++) value = (value << 8) | (i < bytes.length ? bytes[i]! : 0)
  return value
}

function malformed(message: string): Refusal {
  return new Refusal('snapshot-malformed', message)
}
