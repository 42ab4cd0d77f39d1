import { z } from 'zod'
import { Base64, LargeBase64 } from './common.ts'

/** POST /v1/grants, /v1/grant-signatures: a phone's orders, oldest first, each proving itself. */
export const GrantsRequest = z.object({
  /** Thumbprint of the device key. */
  device: Base64,
  bundles: z.array(LargeBase64).max(64),
})

/** What a phone's TPM takes (tpm-store.md §3); null: no order raises a bit. */
export const GrantsAnswer = z.object({
  grants: LargeBase64.nullable(),
  /** False while a release lacks the other side's signature. */
  isComplete: z.boolean(),
})

/** What one side has signed. */
export const GrantSignaturesAnswer = z.object({
  signed: z
    .array(
      z.object({
        act: z.enum(['lock', 'release']),
        number: z.number().int().nonnegative(),
        signature: Base64,
      }),
    )
    .max(126),
})
