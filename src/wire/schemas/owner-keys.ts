import { z } from 'zod'
import { Base64, Uuid } from './common.ts'

/** POST /v1/cases/{id}/owner-keys: an officer, for an owner without the old key. */
export const OwnerKeyRequest = z.object({
  basis: z.enum(['counter', 'title', 'error']),
  /** COSE_Key of the new owner. */
  key: Base64,
})

/** POST /v1/owner-keys: the owner, with card and old key. */
export const OwnKeyRequest = z.object({
  reference: z.string().min(1).max(16),
  card: z.string().min(1).max(32),
  key: Base64,
})

/** A record to be signed: by whom, slot by slot, the new owner last. */
export const OwnerKeyDraftAnswer = z.object({
  id: Uuid,
  payload: Base64,
  slots: z.array(z.enum(['intake', 'force', 'officer', 'second', 'old', 'new'])),
  /** Slots that have been signed. */
  signed: z.array(z.number().int()),
  /** Leaf of the record once it is logged. */
  index: z.number().int().nullable(),
})

export const OwnerKeyDraftsAnswer = z.object({ drafts: z.array(OwnerKeyDraftAnswer) })

/** POST /v1/owner-key-signatures: the signature is the permission. */
export const OwnerKeySignatureRequest = z.object({
  draft: Uuid,
  slot: z.number().int().min(0).max(7),
  /** COSE_Signature. */
  signature: Base64,
})
