import { concat, u32 } from '../../core/index.ts'

export { concat, u32 }

export const EMPTY = new Uint8Array(0)

/** Big-endian u16. */
export function u16(value: number): Uint8Array {
  return new Uint8Array([value >> 8, value & 0xff])
}

/** Big-endian u64 of any 64 bits. */
export function u64Of(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value)
  return out
}

/** A TPM2B: two bytes of length, then the bytes. */
export function sized(bytes: Uint8Array): Uint8Array {
  return concat(u16(bytes.length), bytes)
}
