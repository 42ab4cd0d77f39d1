import { Refusal } from '../core/index.ts'

const RECONNECT_MS = { least: 500, most: 5_000 } as const
/** A registry that has no room is believed for so long and no longer: it must not silence an edge. */
const LONGEST_RETRY_AFTER_MS = 60_000

/**
 * How long to stay away from a feed that broke off: spread out, so that a thousand edges do not come back
 * in the same second, and not before the registry wants to hear of them again.
 * @param error why it broke off, if anything was thrown
 * @param dice from 0 up to 1
 * @returns ms
 */
export function reconnectMs(error: unknown, dice: number): number {
  const asked = error instanceof Refusal ? Number(error.facts['retryAfterSeconds'] ?? 0) * 1000 : 0
  const least = Math.max(RECONNECT_MS.least, Math.min(LONGEST_RETRY_AFTER_MS, asked))
  return least + dice * Math.max(least, RECONNECT_MS.most - RECONNECT_MS.least)
}
