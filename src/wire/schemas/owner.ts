import { z } from 'zod'
import { StateWord } from './common.ts'
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
})

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
  /** Size of the public log this answer rests on. */
  treeSize: z.number().int(),
  /** When it was given, RFC 3339. */
  at: z.string(),
})
