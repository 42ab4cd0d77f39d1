import { z } from 'zod'
import { Base64 } from './common.ts'

/** POST /v1/sightings: signed sightings from one reporter, at most 500 at a time. */
export const SightingsRequest = z.object({ sightings: z.array(Base64).min(1).max(500) })
export const SightingsAnswer = z.object({
  accepted: z.number().int(),
  /** Sent before; counted once. */
  repeated: z.number().int(),
  /** By position in the request. */
  refused: z.array(z.object({ position: z.number().int(), code: z.string() })),
})
