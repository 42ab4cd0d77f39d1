import { decode as cborgDecode, encode as cborgEncode } from 'cborg'
import { equal } from './bytes.ts'
import { Refusal, demand, type RefusalCode } from './refusal.ts'

/** What our documents are made of: no floats, tags, booleans or undefined. */
export type CborValue =
  number | string | Uint8Array | null | readonly CborValue[] | ReadonlyMap<CborKey, CborValue>
export type CborKey = number | string

const MAX_DEPTH = 16
/** No more than the bytes of a document: larger ones hold few long strings, never many items. */
const MAX_ITEMS = 16_384

/**
 * Deterministic CBOR, RFC 8949 §4.2.1. cborg's default key order (type, then value or length, then
 * bytes) is the bytewise order for the integer and text keys we use.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  return cborgEncode(value)
}

/**
 * Decodes one item of at most `maxBytes`, and only if it is spelled the one deterministic way:
 * the decoder alone would let unsorted maps, floats and broken UTF-8 through, so the result is
 * encoded again and compared. @throws {Refusal} too-large, malformed, not-canonical
 */
export function decodeCbor(bytes: Uint8Array, maxBytes = 16_384): CborValue {
  demand(bytes.length <= maxBytes, 'too-large', `more than ${maxBytes} bytes`)
  if (bytes.length > MAX_ITEMS) boundItems(bytes)
  let value: unknown
  try {
    value = cborgDecode(bytes, {
      strict: true,
      useMaps: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    })
  } catch {
    throw new Refusal('malformed', 'not one well-formed CBOR item')
  }
  const checked = checkShape(value, 0)
  demand(equal(encodeCbor(checked), bytes), 'not-canonical', 'not deterministic CBOR')
  return checked
}

/**
 * Steps over the heads without building anything: four million one-byte items would keep the decoder
 * busy for a quarter of a second. What is not well-formed is left for the decoder to refuse.
 */
function boundItems(bytes: Uint8Array): void {
  let at = 0
  for (let items = 0; at < bytes.length; items++) {
    demand(items < MAX_ITEMS, 'too-large', `more than ${MAX_ITEMS} items`)
    const major = bytes[at]! >>> 5
    let argument = bytes[at++]! & 31
    if (argument >= 24 && argument <= 27) {
      const end = at + 2 ** (argument - 24)
      for (argument = 0; at < end; at++) argument = argument * 256 + (bytes[at] ?? 0)
    }
    if (major === 2 || major === 3) at += argument
  }
}

function checkShape(value: unknown, depth: number): CborValue {
  demand(depth <= MAX_DEPTH, 'malformed', `nested deeper than ${MAX_DEPTH}`)
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value
  if (typeof value === 'number') {
    demand(Number.isSafeInteger(value), 'malformed', 'number is no safe integer')
    return value
  }
  if (Array.isArray(value)) {
    for (const item of value) checkShape(item, depth + 1)
    return value as CborValue[]
  }
  if (value instanceof Map) {
    for (const [key, item] of value) {
      demand(typeof key === 'number' || typeof key === 'string', 'malformed', 'map key type')
      checkShape(item, depth + 1)
    }
    return value as Map<CborKey, CborValue>
  }
  throw new Refusal('malformed', 'a CBOR type that no document of ours uses')
}

/** An array of exactly `length` items. */
export function asArray(
  value: CborValue | undefined,
  length?: number,
  code: RefusalCode = 'malformed',
): readonly CborValue[] {
  demand(Array.isArray(value), code, 'expected an array')
  const items: readonly CborValue[] = value
  demand(length === undefined || items.length === length, code, `expected ${length} items`)
  return items
}

/** A byte string, of exactly `length` bytes where given. */
export function asBytes(
  value: CborValue | undefined,
  length?: number,
  code: RefusalCode = 'malformed',
): Uint8Array {
  demand(value instanceof Uint8Array, code, 'expected bytes')
  demand(length === undefined || value.length === length, code, `expected ${length} bytes`)
  return value
}

/** A non-negative safe integer. */
export function asUint(value: CborValue | undefined, code: RefusalCode = 'malformed'): number {
  demand(typeof value === 'number' && value >= 0, code, 'expected an unsigned integer')
  return value
}

/** A text of 1 to `max` UTF-16 units. */
export function asText(
  value: CborValue | undefined,
  max = 256,
  code: RefusalCode = 'malformed',
): string {
  demand(typeof value === 'string', code, 'expected text')
  demand(value.length >= 1 && value.length <= max, code, `expected 1 to ${max} characters`)
  return value
}

/**
 * Reads a map by its field table: every field is taken once, and `done` refuses what nobody took,
 * so that no unknown field travels along unnoticed.
 */
export class Fields {
  readonly #map: ReadonlyMap<CborKey, CborValue>
  readonly #taken = new Set<CborKey>()
  readonly #code: RefusalCode

  constructor(value: CborValue | undefined, code: RefusalCode = 'malformed') {
    demand(value instanceof Map, code, 'expected a map')
    this.#map = value as ReadonlyMap<CborKey, CborValue>
    this.#code = code
  }

  has(key: CborKey): boolean {
    return this.#map.has(key)
  }

  take(key: CborKey): CborValue {
    this.#taken.add(key)
    const value = this.#map.get(key)
    demand(value !== undefined, this.#code, `field ${key} is missing`)
    return value
  }

  uint(key: CborKey): number {
    return asUint(this.take(key), this.#code)
  }

  bytes(key: CborKey, length?: number): Uint8Array {
    return asBytes(this.take(key), length, this.#code)
  }

  text(key: CborKey, max?: number): string {
    return asText(this.take(key), max, this.#code)
  }

  array(key: CborKey, length?: number): readonly CborValue[] {
    return asArray(this.take(key), length, this.#code)
  }

  done(): void {
    for (const key of this.#map.keys())
      demand(this.#taken.has(key), this.#code, `field ${key} is not known here`)
  }
}
