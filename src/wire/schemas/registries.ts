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
