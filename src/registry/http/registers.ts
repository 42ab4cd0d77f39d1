import type { OpenAPIHono } from '@hono/zod-openapi'
import { fromBase64 } from '../../core/index.ts'
import {
  AckAnswer,
  AckRequest,
  ProbeAnswer,
  ProbeRequest,
  RegistersAnswer,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { registersNow, takeAcknowledgement, takeProbe } from '../services/registers.ts'
import type { Env } from './env.ts'
import { operatorIn } from './operator.ts'
import { get, post } from './route.ts'
import { callerIn, signed } from './signed.ts'

/** Percentiles over a month are not worked out anew for each stranger who asks. */
const SAME_ANSWER_MS = 1_000

/** Which registers enforce the log, how fast, and what those found who looked. */
export function registerRoutes(app: OpenAPIHono<Env>, context: Context): void {
  const isSigned = signed(context)
  let answeredAt = -Infinity
  let answered: ReturnType<typeof registersNow>
  post(
    app,
    {
      path: '/v1/registers/acks',
      summary: "A register's signed word that it enforces the log up to a leaf",
      body: AckRequest,
      answer: AckAnswer,
      middleware: [isSigned],
      refuses: ['malformed', 'not-canonical', 'alg', 'signature', 'log-unknown', 'future-cursor'],
    },
    async ({ ack }, c) => ({
      size: await takeAcknowledgement(context, operatorIn(c), fromBase64(ack)),
    }),
  )
  post(
    app,
    {
      path: '/v1/registers/probes',
      summary: 'What a round of unannounced questions to a register found',
      body: ProbeRequest,
      answer: ProbeAnswer,
      middleware: [isSigned],
      refuses: ['malformed', 'not-found'],
    },
    async (probed, c) => {
      await takeProbe(context, callerIn(c), probed)
      return { taken: true as const }
    },
  )
  get(
    app,
    {
      path: '/v1/registers',
      summary: 'Every register: how far, how fast, and what probes found',
      answer: RegistersAnswer,
    },
    async () => {
      const now = context.surroundings.clock()
      if (now - answeredAt >= SAME_ANSWER_MS || now < answeredAt) {
        answeredAt = now
        answered = registersNow(context)
      }
      return answered
    },
  )
}
