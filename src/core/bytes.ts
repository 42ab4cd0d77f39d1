import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { Refusal } from './refusal.ts'

export { concatBytes as concat, hexToBytes as fromHex, utf8ToBytes as utf8 }

const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const HEX_PIECE = 4_096

/**
 * Lower-case digits, in one piece of memory: text that was put together digit by digit takes thirty times
 * as much for as long as it is kept, and keys of maps are kept for long.
 */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length > HEX_PIECE)
    return toHex(bytes.subarray(0, HEX_PIECE)) + toHex(bytes.subarray(HEX_PIECE))
  const digits = new Uint8Array(2 * bytes.length)
  for (let i = 0; i < bytes.length; i++) {
    digits[2 * i] = HEX[bytes[i]! >> 4]!
    digits[2 * i + 1] = HEX[bytes[i]! & 15]!
  }
  return String.fromCharCode(...digits)
}

/** True when both hold the same bytes. Not constant-time: nothing compared here is a secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Big-endian u64 of a non-negative safe integer. */
export function u64(value: number): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, BigInt(value))
  return out
}

/** Big-endian u32. */
export function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value)
  return out
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUE = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) VALUE[ALPHABET.charCodeAt(i)] = i

/** RFC 4648 §4 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const n = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    out += ALPHABET[n >> 18]! + ALPHABET[(n >> 12) & 63]!
    out += left > 1 ? ALPHABET[(n >> 6) & 63]! : '='
    out += left > 2 ? ALPHABET[n & 63]! : '='
  }
  return out
}

/**
 * Strict RFC 4648 §4: padding demanded, no white space, unused bits zero, so that one byte string
 * has exactly one spelling. @throws {Refusal} malformed
 */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new Refusal('malformed', 'base64 length is not a multiple of 4')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const out = new Uint8Array((text.length / 4) * 3 - padding)
  let at = 0
  for (let i = 0; i < text.length; i += 4) {
    let n = 0
    const last = i + 4 === text.length
    for (let j = 0; j < 4; j++) {
      const pad = last && j >= 4 - padding
      const value = pad ? 0 : (VALUE[text.charCodeAt(i + j)] ?? -1)
      if (value < 0) throw new Refusal('malformed', 'character outside the base64 alphabet')
      n = (n << 6) | value
    }
    if (last && padding > 0 && (n & (padding === 2 ? 0xffff : 0xff)) !== 0)
      throw new Refusal('malformed', 'base64 padding hides bits')
    for (let j = 0; j < 3 && at < out.length; j++) out[at++] = (n >> (16 - 8 * j)) & 0xff
  }
  return out
}
