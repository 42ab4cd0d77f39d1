import { z } from 'zod'
import { Base64, StateWord } from './common.ts'
import { Why } from './police.ts'

const Card = z.string().min(1).max(32)
const Reference = z.string().min(1).max(16)

/** POST /v1/reports: the recovery card holds the phone. */
export const ReportRequest = z.object({
  card: Card,
  why: Why,
  /** Name of the force where it happened, like `zz.force`; else the registry's first. */
  force: z.string().max(64).optional(),
})

export const ReportAnswer = z.object({
  /** Like SM-7Q4K-2M9X. */
  reference: z.string(),
  state: StateWord,
  /** When the hold ends by itself. */
  lapsesAt: z.string().nullable(),
  /** Leaf of the hold in the public log. */
  holdIndex: z.number().int(),
  /** Thumbprint of the phone's key, for what its owner signs about it. */
  device: Base64,
})

/** POST /v1/owner-words: what a held or stolen phone says, picked and signed by its owner. */
export const OwnerWordsRequest = z.object({ device: Base64, words: Base64 })
export const OwnerWordsAnswer = z.object({ kept: z.literal(true) })

/** POST /v1/report-status, /v1/withdrawals, /v1/owner-drafts: reference and card together. */
export const ReportAccess = z.object({ reference: Reference, card: Card })

/** POST /v1/checks: anybody; IMEI or serial, never in a URL. */
export const CheckRequest = z.object({
  imei: z.string().max(64).optional(),
  serial: z.string().max(64).optional(),
})

export const CheckAnswer = z.object({
  state: StateWord,
  /** One plain sentence for whoever stands before the phone. */
  sentence: z.string(),
  /** Pay when it says true: its owner gives the phone away, and whoever has his code can take it now. */
  readyForHandover: z.boolean(),
  /** Size of the public log this answer rests on. */
  treeSize: z.number().int(),
  /** When it was given, RFC 3339. */
  at: z.string(),
  /** The same, signed by the registry: COSE_Sign1, to be kept and shown. */
  signed: z.string(),
})
