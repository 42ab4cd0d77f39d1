import type { OpenAPIHono } from '@hono/zod-openapi'
import { DraftAnswer, RetirementRequest } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { draftRetirement } from '../services/retirements.ts'
import type { Env } from './env.ts'
import { idempotent } from './idempotency.ts'
import { draftAnswer, namedIn } from './owners.ts'
import { post } from './route.ts'
import { callerIn, signed } from './signed.ts'

/** As field 11 of the order says it. */
const WHY = { recycled: 1, destroyed: 2 } as const

/** Out of use for good: recycler and owner together. */
export function retirementRoutes(app: OpenAPIHono<Env>, context: Context): void {
  post(
    app,
    {
      path: '/v1/retirements',
      summary: 'Draft the retirement of a phone; recycler and owner sign it',
      body: RetirementRequest,
      answer: DraftAnswer,
      middleware: [signed(context), idempotent(context)],
      refuses: [
        'not-found',
        'wrong-state',
        'owner-key',
        'imei-length',
        'imei-digits',
        'imei-check-digit',
        'serial-malformed',
      ],
    },
    async ({ why, ...name }, c) =>
      draftAnswer(
        await draftRetirement(context, callerIn(c), { about: namedIn(name), why: WHY[why] }),
      ),
  )
}
