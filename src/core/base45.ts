import { Refusal, demand } from './refusal.ts'

/** RFC 9285: bytes in the characters that a QR code packs densest. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const BASE = 45

export function encodeBase45(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 2) {
    const isPair = i + 1 < bytes.length
    let value = isPair ? bytes[i]! * 256 + bytes[i + 1]! : bytes[i]!
    for (let digits = isPair ? 3 : 2; digits > 0; digits--) {
      text += ALPHABET[value % BASE]
      value = Math.floor(value / BASE)
    }
  }
  return text
}

/** @throws {Refusal} malformed: another character, a length there is not, or a group above its bytes */
export function decodeBase45(text: string): Uint8Array {
  demand(text.length % 3 !== 1, 'malformed', 'no base45 has this length')
  const bytes: number[] = []
  for (let i = 0; i < text.length; i += 3) {
    const group = text.slice(i, i + 3)
    const value = valueOf(group)
    const isPair = group.length === 3
    demand(value < (isPair ? 65_536 : 256), 'malformed', 'a group of base45 is too large')
    if (isPair) bytes.push(value >> 8)
    bytes.push(value & 255)
  }
  return new Uint8Array(bytes)
}

function valueOf(group: string): number {
  let value = 0
  for (let i = group.length - 1; i >= 0; i--) {
    const digit = ALPHABET.indexOf(group[i]!)
    if (digit < 0) throw new Refusal('malformed', 'not a character of base45')
    value = value * BASE + digit
  }
  return value
}
