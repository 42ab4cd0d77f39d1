import { IETF, MANDATORY, VENDOR_BIT } from './dictionary.ts'

export function read24(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
}

export function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | read24(bytes, at + 1)) >>> 0
}

/** Walks the AVPs of a message or group where they lie: offsets, no object for each. */
export class AvpCursor {
  /** The AVP stands in [at, end), its data in [dataAt, end); padding follows. */
  at = 0
  dataAt = 0
  end = 0
  code = 0
  vendor = IETF
  flags = 0
  /** A length below the AVP's header, or past the container: nothing behind it can be found. */
  isBroken = false
  #containerAt = 0
  #containerEnd = 0

  open(from: number, end: number): void {
    this.isBroken = false
    this.end = from
    this.#containerAt = from
    this.#containerEnd = end
  }

  next(bytes: Uint8Array): boolean {
    // Padding counts from the container, which may lie anywhere in a read. The last AVP of a group may
    // come without it.
    const at = this.end + ((this.#containerAt - this.end) & 3)
    const left = this.#containerEnd - at
    if (left <= 0) return false
    this.at = at
    this.code = left < 4 ? 0 : read32(bytes, at)
    this.flags = left < 5 ? 0 : bytes[at + 4]!
    const length = left < 8 ? 0 : read24(bytes, at + 5)
    const header = (this.flags & VENDOR_BIT) === 0 ? 8 : 12
    this.isBroken = length < header || length > left
    this.vendor = header === 8 || left < 12 ? IETF : read32(bytes, at + 8)
    this.dataAt = at + header
    this.end = at + length
    return !this.isBroken
  }

  get isMandatory(): boolean {
    return (this.flags & MANDATORY) !== 0
  }
}
