import { createHmac } from 'node:crypto'
import type { RandomBytes } from '../../host/index.ts'

/** No letters or digits that look alike (Crockford's alphabet). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CARD_LENGTH = 10

/** A new recovery card: ten characters, 50 bits. */
export function drawCard(random: RandomBytes): string {
  return Array.from(random(CARD_LENGTH), (byte) => ALPHABET[byte % 32]!).join('')
}

/** What the database keeps of a card: useless without the registry's own secret. */
export function cardHash(secret: Uint8Array, card: string): Uint8Array {
  const typed = card.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return new Uint8Array(createHmac('sha256', secret).update(`card ${typed}`).digest())
}

/** A reference a person can read out: `SM-7Q4K-2M9X`. */
export function drawReference(random: RandomBytes): string {
  const letters = Array.from(random(8), (byte) => ALPHABET[byte % 32]!).join('')
  return `SM-${letters.slice(0, 4)}-${letters.slice(4)}`
}
