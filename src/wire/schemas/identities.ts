import { z } from 'zod'
import { Base64, Uuid } from './common.ts'

/** POST /v1/identities/conflicts: more than one phone wears this number. */
export const ConflictRequest = z.object({ caseId: Uuid, imei: z.string().max(32) })

/** POST /v1/identities/pairs: this number with this subscriber is honest, for so many days. */
export const PairRequest = z.object({
  caseId: Uuid,
  imei: z.string().max(32),
  imsi: z.string().regex(/^[0-9]{6,15}$/),
  days: z.number().int().min(1).max(400),
})

/** POST /v1/identities/ends: the conflict or pair at this leaf counts no longer. */
export const IdentityEndRequest = z.object({
  caseId: Uuid,
  of: z.number().int().nonnegative(),
})

/** A record to be signed: by whom, slot by slot. */
export const IdentityAnswer = z.object({
  id: Uuid,
  payload: Base64,
  slots: z.array(z.enum(['registry', 'force', 'officer'])),
  /** Slots that have been signed. */
  signed: z.array(z.number().int()),
  /** Leaf of the record once it is logged. */
  index: z.number().int().nullable(),
})

/** As officers of the case get it; the opening is null for an end. */
export const IdentityDraftAnswer = IdentityAnswer.extend({ opening: Base64.nullable() })

export const IdentityDraftsAnswer = z.object({ drafts: z.array(IdentityDraftAnswer) })

/** POST /v1/identities/signatures: the signature is the permission. */
export const IdentitySignatureRequest = z.object({
  draft: Uuid,
  slot: z.number().int().min(0).max(2),
  /** COSE_Signature. */
  signature: Base64,
})
