import type { OpenAPIHono } from '@hono/zod-openapi'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { demand, fromBase64, readEat, thumbprint } from '../../core/index.ts'
import { DeviceStatusRequest } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { DeviceLines } from '../feed/device-lines.ts'
import { subjectForDevice } from '../model/subjects.ts'
import { checkNonce } from '../services/nonces.ts'
import type { Env } from './env.ts'
import { document } from './route.ts'

const MAX_BODY = 16_384

/** Where a phone that is awake waits for "ask": server-sent events, of which there is one. */
export function deviceLineRoutes(
  app: OpenAPIHono<Env>,
  context: Context,
  lines: DeviceLines,
): void {
  document(app, {
    path: '/v1/device-line',
    method: 'post',
    summary: 'A line on which a phone is told to ask for its orders (server-sent events)',
    body: DeviceStatusRequest,
    responses: {
      200: {
        description: 'Event `wake`: an order about this phone is in force',
        content: { 'text/event-stream': {} },
      },
    },
    refuses: [
      'malformed',
      'not-canonical',
      'alg',
      'signature',
      'token-nonce',
      'attestation-needed',
      'too-large',
      'unavailable',
    ],
  })
  app.post('/v1/device-line', async (c) => {
    lines.demandRoom()
    const text = await c.req.text()
    demand(text.length <= MAX_BODY, 'too-large', `more than ${MAX_BODY} bytes`)
    const request = DeviceStatusRequest.safeParse(parseJson(text))
    demand(request.success, 'malformed', 'expected an attestation')
    const eat = readEat(fromBase64(request.data.eat), context.trust.verify.es256)
    checkNonce(context, eat.nonce)
    const dak = thumbprint(eat.dak)
    await subjectForDevice(context.db, dak)
    const { outgoing } = c.env
    demand('writableLength' in outgoing, 'unavailable', 'lines are held over HTTP/1.1')
    lines.attach(outgoing as Parameters<DeviceLines['attach']>[0], dak)
    return RESPONSE_ALREADY_SENT
  })
}

/** Undefined for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
