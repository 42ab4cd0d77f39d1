import { z } from 'zod'

/** GET /v1/blacklist: numbers that are BLACKLISTED now, for registers that cannot follow the feed. */
export const BlacklistPage = z.object({
  /** Size of the log the page rests on. */
  treeSize: z.number().int(),
  items: z.array(
    z.object({
      imei14: z.string(),
      checkDigit: z.string(),
      /** Log time of the lock, YYYYMMDD, UTC. */
      blockDate: z.string(),
      reasons: z.array(z.string()),
    }),
  ),
  next: z.string().nullable(),
})
