import { z } from 'zod'
import { Base64 } from './common.ts'
import { Roots } from './device.ts'

/** POST /v1/pairings: a phone wants a part that sits in it. */
export const PairingRequest = z.object({
  /** EAT of the phone, with the registry's nonce. */
  eat: Base64,
  /** Country the phone believes it is in, for the sighting of a refusal. */
  country: z.string().regex(/^[A-Z]{2}$/),
  /** The part's public key (COSE_Key). */
  key: Base64,
  /** The maker's word for the part. */
  origin: Base64,
  /** COSE_Sign by phone and part, with the same nonce. */
  binding: Base64,
  /** COSE_Sign by whoever gives the part away; left out for a spare. */
  release: Base64.optional(),
})

export const PairingAnswer = z.object({
  /** Pairing token (COSE_Sign by a registry key). */
  token: Base64,
  /** Registry certificates that lead to the token's signers, root side first. */
  certificates: z.array(Base64).max(16),
  /** What the certificates stand under. */
  roots: Roots,
})
