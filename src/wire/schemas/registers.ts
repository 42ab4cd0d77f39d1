import { z } from 'zod'
import { Base64 } from './common.ts'

/** POST /v1/registers/acks: a register's signed word up to which leaf it enforces the log. */
export const AckRequest = z.object({ ack: Base64 })
export const AckAnswer = z.object({
  /** Leaves acknowledged so far, by this register. */
  size: z.number().int(),
})

/** POST /v1/registers/probes: what somebody found who asked a register without announcing it. */
export const ProbeRequest = z.object({
  operator: z.string().min(1).max(128),
  register: z.string().min(1).max(64),
  asked: z.number().int().min(1).max(100_000),
  missingBlock: z.number().int().nonnegative().max(100_000),
  overBlock: z.number().int().nonnegative().max(100_000),
})
export const ProbeAnswer = z.object({ taken: z.literal(true) })

/** GET /v1/registers: who enforces, how far, how fast, and what probes found. Public. */
export const RegistersAnswer = z.object({
  /** Leaves with the guarded quorum now. */
  size: z.number().int(),
  registers: z.array(
    z.object({
      operator: z.string(),
      register: z.string(),
      size: z.number().int(),
      ackAgeSeconds: z.number().int(),
      /** Of the locks of the last 30 days; from log time to enforcement. */
      locks: z.number().int(),
      p50Ms: z.number().nullable(),
      p99Ms: z.number().nullable(),
      /** Of the last 30 days. */
      probes: z.object({
        asked: z.number().int(),
        missingBlock: z.number().int(),
        overBlock: z.number().int(),
      }),
    }),
  ),
})
