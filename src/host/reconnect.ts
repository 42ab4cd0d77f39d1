import { Refusal } from '../core/index.ts'

const LEAST_MS = 500
const MOST_MS = 5_000
/** A registry that has no room is believed for so long and no longer: it must not silence anybody. */
const LONGEST_RETRY_AFTER_MS = 60_000

/**
 * How long to stay away from a feed that broke off: spread out, so that a thousand registers, or a million phones, do
 * not come back in the same second, and not before the registry wants to hear of them again.
 * @param error why it broke off, if anything was thrown
 * @param dice from 0 up to 1
 * @param mostMs how far they are spread where nothing else was asked for
 * @returns ms
 */
export function reconnectMs(error: unknown, dice: number, mostMs = MOST_MS): number {
  const asked = error instanceof Refusal ? Number(error.facts['retryAfterSeconds'] ?? 0) * 1000 : 0
  const least = Math.max(LEAST_MS, Math.min(LONGEST_RETRY_AFTER_MS, asked))
  return least + dice * Math.max(least, mostMs - LEAST_MS)
}
