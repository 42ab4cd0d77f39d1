import type { OpenAPIHono } from '@hono/zod-openapi'
import { WHY_STOLEN, demand, parseImei, withCheckDigit } from '../../core/index.ts'
import { RequestAnswerAnswer, RequestAnswerRequest, RequestPage, Why } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { answerRequest } from '../services/requests/answer.ts'
import { listRequests } from '../services/requests/look.ts'
import type { Env } from './env.ts'
import { idempotent, requestId } from './idempotency.ts'
import { get, post } from './route.ts'
import { callerIn, signed } from './signed.ts'

const MAX_PAGE = 200
const DEFAULT_PAGE = 50
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What owners of phones that nobody enrolled ask of officers. */
export function requestRoutes(app: OpenAPIHono<Env>, context: Context): void {
  get(
    app,
    {
      path: '/v1/requests',
      summary: 'Requests that wait for an officer, oldest first',
      answer: RequestPage,
      middleware: [signed(context)],
      query: {
        limit: `1 to ${MAX_PAGE}, else ${DEFAULT_PAGE}`,
        cursor: "The last answer's `next`",
      },
      refuses: ['malformed', 'bad-cursor'],
    },
    async (c) => {
      const limit = Number(c.req.query('limit') ?? DEFAULT_PAGE)
      const isLimit = Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE
      demand(isLimit, 'malformed', `limit is 1 to ${MAX_PAGE}`)
      const after = c.req.query('cursor')
      demand(after === undefined || UUID.test(after), 'bad-cursor', 'no such place in the list')
      const { items, next } = await listRequests(context, callerIn(c), {
        limit,
        ...(after !== undefined && { after }),
      })
      return {
        items: items.map(({ at, why, imei, ...rest }) => ({
          ...rest,
          at: new Date(at).toISOString(),
          why: Why.options.find((word) => WHY_STOLEN[word] === why) ?? ('theft' as const),
          imei: imei && withCheckDigit(imei),
        })),
        next,
      }
    },
  )
  post(
    app,
    {
      path: '/v1/requests/{id}/answer',
      summary: 'Take a request up with the number obtained, or refuse it with a reason',
      body: RequestAnswerRequest,
      answer: RequestAnswerAnswer,
      middleware: [signed(context), idempotent(context)],
      refuses: [
        'not-found',
        'wrong-state',
        'imei-length',
        'imei-digits',
        'imei-check-digit',
        'home-elsewhere',
      ],
    },
    async ({ reason, crimeReference, imei, own }, c) => {
      const id = c.req.param('id') ?? ''
      demand(UUID.test(id), 'not-found', 'no such request')
      const isRefusal = reason !== undefined
      const taking = { crimeReference, imei, own }
      const said = Object.values(taking).filter((value) => value !== undefined).length
      const isWhole = said === (isRefusal ? 0 : Object.keys(taking).length)
      demand(isWhole, 'malformed', 'expected a reason, or crime reference, imei and own')
      const answer = isRefusal
        ? { reason }
        : {
            caseId: requestId(c),
            crimeReference: crimeReference ?? '',
            imei: parseImei(imei ?? '').imei14,
            own: own ?? ('in-person' as const),
          }
      return answerRequest(context, callerIn(c), { id, answer })
    },
  )
}
