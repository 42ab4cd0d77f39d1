import { z } from 'zod'
import { ConflictRequest } from './identities.ts'
import { Time } from './common.ts'

/**
 * Why a number seems to be worn by several phones. What registers see: too many subscribers, or places
 * too far apart. What hardware keys attest: another key claims the number, a phone wears another number
 * than its maker gave it, it is of another model than its number says, or two secure stores hold one key.
 */
export const CloneWhy = z.enum(['subscribers', 'travel', 'keys', 'altered', 'model', 'copied'])

/** One sign that several phones wear a number: counts and networks, never a subscriber. */
const CloneSignalAnswer = z.object({
  why: CloneWhy,
  /** An operator, or the thumbprint of the hardware key that attests it. */
  reporter: z.string(),
  /** Phones said so of themselves: a lead, no proof. */
  selfReported: z.boolean(),
  first: Time,
  last: Time,
  subscribers: z.number().int(),
  places: z.array(
    z.object({
      country: z.string(),
      network: z.string().nullable(),
      operator: z.string().nullable(),
      at: Time,
    }),
  ),
})

export const CloneAnswer = z.object({
  /** With check digit. */
  imei: z.string(),
  /** The most distinct subscribers that one register counted within a day. */
  subscribers: z.number().int(),
  /** Distinct hardware keys that attested a signal. */
  keys: z.number().int(),
  /** Newest first. */
  signals: z.array(CloneSignalAnswer),
  /** Body of POST /v1/identities/conflicts; null where a conflict stands, or the number is locked. */
  conflict: ConflictRequest.nullable(),
})
