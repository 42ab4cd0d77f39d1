import type { OpenAPIHono } from '@hono/zod-openapi'
import { ErasureAnswer, ErasureRequest } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { eraseDevice } from '../services/erasure.ts'
import type { Env } from './env.ts'
import { idempotent } from './idempotency.ts'
import { namedIn } from './owners.ts'
import { post } from './route.ts'
import { callerIn, signed } from './signed.ts'

/** For the registry itself, on a person's request: whoever holds its certified key answers for it. */
export function erasureRoutes(app: OpenAPIHono<Env>, context: Context): void {
  post(
    app,
    {
      path: '/v1/erasures',
      summary: 'Destroy the private data of a device; the log stays as it is',
      body: ErasureRequest,
      answer: ErasureAnswer,
      middleware: [signed(context), idempotent(context)],
      refuses: [
        'not-found',
        'wrong-state',
        'imei-length',
        'imei-digits',
        'imei-check-digit',
        'serial-malformed',
      ],
    },
    (body, c) => eraseDevice(context, callerIn(c), namedIn(body)),
  )
}
