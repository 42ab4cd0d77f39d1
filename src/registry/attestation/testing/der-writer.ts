/** Writes DER for tests, also such as no device would write. */

export function tlv(head: number | readonly number[], ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  const { length } = content
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return new Uint8Array(
    Buffer.concat([Uint8Array.from([head].flat()), Uint8Array.from(size), content]),
  )
}

export const integer = (value: number) => tlv(2, bigEndian(value))
export const enumerated = (value: number) => tlv(10, Uint8Array.of(value))
export const boolean = (...bytes: readonly number[]) => tlv(1, Uint8Array.from(bytes))
export const octets = (bytes: Uint8Array) => tlv(4, bytes)
export const text = (value: string) => octets(new Uint8Array(Buffer.from(value, 'latin1')))
export const sequence = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts)
export const setOf = (...parts: readonly Uint8Array[]) => tlv(0x31, ...parts)
export const nothing = tlv(5)

/** `[tag] EXPLICIT`. */
export function tagged(tag: number, inner: Uint8Array): Uint8Array {
  if (tag < 31) return tlv(0xa0 | tag, inner)
  return tlv(tag < 128 ? [0xbf, tag] : [0xbf, 0x80 | (tag >> 7), tag & 0x7f], inner)
}

function bigEndian(value: number): Uint8Array {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return new Uint8Array(Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex'))
}
