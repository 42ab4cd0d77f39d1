import type { OpenAPIHono } from '@hono/zod-openapi'
import { demand, fromBase64, toBase64 } from '../../core/index.ts'
import { PairingAnswer, PairingRequest, parseCursor } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { ForeignParts } from '../services/parts/foreign-parts.ts'
import { pair } from '../services/parts/pairing.ts'
import { PartListMaker } from '../services/parts/part-list.ts'
import type { Env } from './env.ts'
import { idempotent } from './idempotency.ts'
import { document, post } from './route.ts'
import type { Throttle } from './throttle.ts'

/** What phones ask about parts. Phone and part sign inside the body. */
export function partRoutes(
  app: OpenAPIHono<Env>,
  context: Context,
  throttle: Pick<Throttle, 'guard'>,
): void {
  const isPaced = throttle.guard('part')
  const abroad = new ForeignParts(context)
  post(
    app,
    {
      path: '/v1/pairings',
      summary: 'Pair a part with the phone it sits in, or refuse it and say why',
      body: PairingRequest,
      answer: PairingAnswer,
      middleware: [isPaced, idempotent(context)],
      refuses: [
        'not-canonical',
        'alg',
        'signature',
        'token-nonce',
        'attestation-needed',
        'wrong-state',
        'part-signature',
        'part-unknown',
        'part-batch-revoked',
        'part-refused',
        'part-duplicate',
        'donor-release-used',
        'owner-key',
        'signer-set',
        'assertion',
        'chain',
        'cert-time',
        'distrusted',
        'fields',
      ],
    },
    async ({ release, ...body }) => {
      const { token, certificates, roots } = await pair(context, abroad, {
        eat: fromBase64(body.eat),
        country: body.country,
        key: fromBase64(body.key),
        origin: fromBase64(body.origin),
        binding: fromBase64(body.binding),
        release: release === undefined ? null : fromBase64(release),
      })
      return {
        token: toBase64(token),
        certificates: certificates.map(toBase64),
        roots: roots.map(toBase64),
      }
    },
  )

  const maker = new PartListMaker(context)
  const guard = throttle.guard('check')
  document(app, {
    path: '/v1/part-list/{after}',
    summary:
      'Stolen parts and authorities for a phone to carry, if of a larger tree than the one it has',
    middleware: [guard],
    responses: {
      200: { description: 'CBOR', content: { 'application/octet-stream': {} } },
      204: { description: 'Nothing newer' },
    },
    refuses: ['bad-cursor', 'unavailable'],
  })
  app.get('/v1/part-list/:after', guard.handle, async (c) => {
    const after = parseCursor(c.req.param('after'))
    const made = await maker.newest()
    demand(made !== null, 'unavailable', 'no tree has its quorum yet')
    if (made.treeSize <= after) return c.body(null, 204)
    return c.body(made.bytes.buffer, 200, { 'content-type': 'application/octet-stream' })
  })
}
