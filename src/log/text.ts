import { fromBase64, toHex, utf8 } from '../core/bytes.ts'
import { Refusal, demand, type RefusalCode } from '../core/refusal.ts'

/**
 * What a text format arrives as: bytes off the wire, or a string out of another document.
 * Either way it is bounded and checked before a line of it is read.
 */
export type Source = Uint8Array | string

/**
 * The text of `source`, refused with `code` when larger than `maxBytes` or not UTF-8.
 * A string with a lone surrogate has no UTF-8 and is refused as well.
 */
export function asText(source: Source, maxBytes: number, code: RefusalCode): string {
  demand(source.length <= maxBytes, code, `more than ${maxBytes} bytes`)
  if (typeof source !== 'string') return fromUtf8(source, code)
  demand(!/\p{Surrogate}/u.test(source), code, 'text is not Unicode')
  demand(utf8(source).length <= maxBytes, code, `more than ${maxBytes} bytes`)
  return source
}

/**
 * Strict UTF-8. ECMAScript's own decoder (§19.2.6.1.2) refuses overlong forms, surrogates and
 * stray bytes; TextDecoder, not there in a pure room, would also swallow a byte order mark.
 */
export function fromUtf8(bytes: Uint8Array, code: RefusalCode): string {
  try {
    return decodeURIComponent(toHex(bytes).replace(/../g, '%$&'))
  } catch {
    throw new Refusal(code, 'text is not UTF-8')
  }
}

/** A decimal without sign or leading zero. Beyond 2^53−1 it is refused, never rounded. */
export function parseDecimal(text: string, code: RefusalCode): number {
  demand(text.length <= 16 && /^(0|[1-9][0-9]*)$/.test(text), code, 'expected a plain decimal')
  const value = Number(text)
  demand(Number.isSafeInteger(value), code, 'number beyond 2^53-1')
  return value
}

/** Strict base64 whose failure carries the `code` of the format it stands in. */
export function parseBase64(text: string, code: RefusalCode): Uint8Array {
  return within(code, () => fromBase64(text))
}

/** A base64 SHA-256 hash: 32 bytes, nothing else. */
export function parseHash(text: string, code: RefusalCode): Uint8Array {
  demand(text.length === 44, code, `expected 44 base64 characters of a hash, found ${text.length}`)
  const hash = parseBase64(text, code)
  demand(hash.length === 32, code, `expected a hash of 32 bytes, found ${hash.length}`)
  return hash
}

/** Runs `work`; a refusal in it leaves under `code`, the code of the outer format. */
export function within<T>(code: RefusalCode, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(code, error.message, error.facts)
    throw error
  }
}
