/** Of a 64-bit index: the bit of that number alone. */
export const bitOf = (number: number): bigint => 1n << BigInt(number)

/** The lowest `length` bits. */
export const rowOf = (length: number): bigint => bitOf(length) - 1n

/** How many bits are up, from the lowest without a gap; null: there is a gap. */
export function rowLength(bits: bigint): number | null {
  if ((bits & (bits + 1n)) !== 0n) return null
  return bits === 0n ? 0 : bits.toString(2).length
}
