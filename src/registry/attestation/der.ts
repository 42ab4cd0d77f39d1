import { attest } from './refuse.ts'

/** One element of DER, a view of the bytes it was read from. */
export interface Der {
  /** 0 universal, 1 application, 2 context, 3 private. */
  readonly cls: number
  readonly tag: number
  readonly isConstructed: boolean
  /** With tag and length. */
  readonly bytes: Uint8Array
  readonly content: Uint8Array
  /** Empty where it is not constructed. */
  readonly children: readonly Der[]
}

export const TAG = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  oid: 6,
  enumerated: 10,
  sequence: 16,
  set: 17,
} as const

const MAX_BYTES = 16_384
/** A certificate nests seven deep. */
const MAX_DEPTH = 16

/**
 * Reads exactly one element, strictly: definite and shortest lengths that end where their parent ends,
 * booleans of 00 or FF, shortest integers. So whoever decodes after us sees what we saw.
 * @throws {Refusal} attestation-needed: malformed
 */
export function readDer(bytes: Uint8Array): Der {
  attest(bytes.length <= MAX_BYTES, 'malformed', 'more bytes than any certificate has')
  const elements = readAll(bytes, 0)
  attest(elements.length === 1, 'malformed', 'expected one element')
  return elements[0]!
}

function readAll(bytes: Uint8Array, depth: number): readonly Der[] {
  attest(depth < MAX_DEPTH, 'malformed', 'nested too deep')
  const elements: Der[] = []
  for (let rest = bytes; rest.length > 0;) {
    const element = readOne(rest, depth)
    elements.push(element)
    rest = rest.subarray(element.bytes.length)
  }
  return elements
}

function readOne(bytes: Uint8Array, depth: number): Der {
  const first = bytes[0]!
  const { tag, at } = readTag(bytes)
  const { length, start } = readLength(bytes, at)
  attest(length <= bytes.length - start, 'malformed', 'a length past the end')
  const content = bytes.subarray(start, start + length)
  const isConstructed = (first & 0x20) !== 0
  const element = { cls: first >> 6, tag, isConstructed, content }
  checkPrimitive(element)
  return {
    ...element,
    bytes: bytes.subarray(0, start + length),
    children: isConstructed ? readAll(content, depth + 1) : [],
  }
}

/** Tags up to 14 bits: all there are. */
function readTag(bytes: Uint8Array): { readonly tag: number; readonly at: number } {
  const low = bytes[0]! & 0x1f
  if (low !== 0x1f) return { tag: low, at: 1 }
  const high = byteAt(bytes, 1)
  if (high < 0x80) {
    attest(high >= 0x1f, 'malformed', 'a tag in a long form it does not need')
    return { tag: high, at: 2 }
  }
  const next = byteAt(bytes, 2)
  attest(high !== 0x80 && next < 0x80, 'malformed', 'a tag outside its range')
  return { tag: ((high & 0x7f) << 7) | next, at: 3 }
}

function readLength(bytes: Uint8Array, at: number): { readonly length: number; start: number } {
  const first = byteAt(bytes, at)
  if (first < 0x80) return { length: first, start: at + 1 }
  const size = first & 0x7f
  attest(size === 1 || size === 2, 'malformed', 'a length that is indefinite or huge')
  const length =
    size === 1 ? byteAt(bytes, at + 1) : (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2)
  attest(length >= (size === 1 ? 0x80 : 0x100), 'malformed', 'a length not in its shortest form')
  return { length, start: at + 1 + size }
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  attest(byte !== undefined, 'malformed', 'an element cut short')
  return byte
}

const CONSTRUCTED: ReadonlySet<number> = new Set([TAG.sequence, TAG.set])

function checkPrimitive(element: Omit<Der, 'bytes' | 'children'>): void {
  const { cls, tag, content, isConstructed } = element
  if (cls !== 0) return
  attest(isConstructed === CONSTRUCTED.has(tag), 'malformed', 'an element of the wrong form')
  const [first, second] = content
  if (tag === TAG.boolean)
    attest(
      content.length === 1 && (first === 0 || first === 0xff),
      'malformed',
      'a boolean that is neither 00 nor FF',
    )
  if (tag === TAG.integer || tag === TAG.enumerated) {
    attest(first !== undefined, 'malformed', 'an empty integer')
    const isPadded =
      second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
    attest(!isPadded, 'malformed', 'an integer not in its shortest form')
  }
  if (tag === TAG.null) attest(content.length === 0, 'malformed', 'a null that holds something')
}

/** Whether the element is of this universal type. */
export function isA(element: Der | undefined, type: keyof typeof TAG): element is Der {
  return element !== undefined && element.cls === 0 && element.tag === TAG[type]
}

/** The members of a sequence. @throws {Refusal} attestation-needed: malformed */
export function membersOf(element: Der | undefined): readonly Der[] {
  attest(isA(element, 'sequence'), 'malformed', 'expected a sequence')
  return element.children
}
