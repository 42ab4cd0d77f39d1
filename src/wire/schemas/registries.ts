import { z } from 'zod'
import { Base64 } from './common.ts'

/** POST /v1/home, from registry to registry: is a phone with this number enrolled with you? */
export const HomeRequest = z.object({ imei: z.string().regex(/^[0-9]{14}$/) })
export const HomeAnswer = z.object({
  /** The answering registry's own log, or null. Whose phone it is, and how it fares, is not said. */
  home: z.string().max(256).nullable(),
})

/** POST /v1/certificates, from registry to registry: certificates of its own country, issuers first. */
export const CertificatesRequest = z.object({ certificates: z.array(Base64).min(1).max(16) })
export const CertificatesAnswer = z.object({
  /** How many were new, and stand in the log now. */
  logged: z.number().int(),
})

/** POST /v1/part-sightings, from registry to registry: a part of a phone of yours was refused here. */
export const PartSightingRequest = z.object({
  /** Thumbprint of the part's key. */
  part: Base64,
  country: z.string().regex(/^[A-Z]{2}$/),
})
/** The same for every part: what became of it is nobody else's. */
export const PartSightingAnswer = z.object({ taken: z.literal(true) })
