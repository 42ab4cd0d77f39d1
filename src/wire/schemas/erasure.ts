import { z } from 'zod'

/** POST /v1/erasures: one of both, by a registry's key. */
export const ErasureRequest = z.object({
  imei: z.string().max(64).optional(),
  serial: z.string().max(64).optional(),
})

/** What was destroyed, as counts. */
export const ErasureAnswer = z.object({
  /** Orders whose opening and salts are gone; they stay in the log. */
  orders: z.number().int(),
  cases: z.number().int(),
  reports: z.number().int(),
  sightings: z.number().int(),
  /** Whether an owner's key or recovery card was among it. */
  owner: z.boolean(),
})
