import { z } from 'zod'
import { CheckRequest } from './owner.ts'

/** Field 11 of a retirement. */
export const RetireWhy = z.enum(['recycled', 'destroyed'])

/** POST /v1/retirements: a certified recycler, before anything is shredded. IMEI or serial. */
export const RetirementRequest = CheckRequest.extend({ why: RetireWhy })
