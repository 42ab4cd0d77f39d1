import { z } from 'zod'
import { MAX_ENTRY_BYTES } from '../../core/index.ts'

/** Kinds of documents that come to the log as they are, by anybody's hand: their signatures are the permission. */
export const CARRIED = ['certificate', 'list', 'root', 'distrust'] as const

/** POST /v1/log/documents: one signed document, as a file holds it. */
export const DocumentRequest = z.object({
  document: z.string().max(Math.ceil(MAX_ENTRY_BYTES / 3) * 4),
})

export const DocumentAnswer = z.object({
  kind: z.enum(CARRIED),
  /** Its leaf; of a document that stood there already, the first. */
  index: z.number().int(),
})
