import { z } from 'zod'

/** What every page of a list for registers that cannot follow the feed rests on. */
const RESTS_ON = {
  /** The newest checkpoint with the plain quorum, a signed note; null where there is none yet. */
  checkpoint: z.string().max(65_536).nullable(),
  /** Leaves this list rests on, from its first page to its last. */
  treeSize: z.int().nonnegative(),
  /** Leaves whose locks count: those the guarded quorum has seen. */
  guardedSize: z.int().nonnegative(),
}

/** A number, a date, a word: nothing else may reach a file that other programs open. */
const imei14 = z.string().regex(/^[0-9]{14}$/)

/** GET /v1/blacklist: numbers that are BLACKLISTED. */
export const BlacklistPage = z.object({
  ...RESTS_ON,
  items: z.array(
    z.object({
      imei14,
      checkDigit: z.string().regex(/^[0-9]$/),
      /** Log time of the lock, YYYYMMDD, UTC. */
      blockDate: z.string().regex(/^[0-9]{8}$/),
      reasons: z.array(z.string().regex(/^[a-z]{1,32}$/)).min(1),
    }),
  ),
  next: z.string().nullable(),
})
export type BlacklistPage = z.infer<typeof BlacklistPage>

/** GET /v1/exceptions: honest pairs that stand. */
export const ExceptionsPage = z.object({
  ...RESTS_ON,
  items: z.array(z.object({ imei14, imsi: z.string().regex(/^[0-9]{6,15}$/) })),
  next: z.string().nullable(),
})
export type ExceptionsPage = z.infer<typeof ExceptionsPage>
