import { OpenAPIHono, z } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { Refusal, demand } from '../../core/index.ts'
import { PROBLEMS } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { DeviceLines } from '../feed/device-lines.ts'
import type { FeedHub } from '../feed/hub.ts'
import { batchRoutes } from './batches.ts'
import { deviceLineRoutes } from './device-lines.ts'
import { deviceRoutes } from './devices.ts'
import { documentRoutes } from './documents.ts'
import { edgeRoutes } from './edges.ts'
import type { Env } from './env.ts'
import { erasureRoutes } from './erasures.ts'
import { identityRoutes } from './identities.ts'
import { logRoutes } from './log-files.ts'
import { madeBatchRoutes } from './made-batches.ts'
import { numberListRoutes } from './number-lists.ts'
import { ownerKeyRoutes } from './owner-keys.ts'
import { ownerRoutes } from './owners.ts'
import { partRoutes } from './parts.ts'
import { policeRoutes } from './police.ts'
import { requestRoutes } from './requests.ts'
import { answerProblem, schemaProblem, toProblem } from './problems.ts'
import { registerRoutes } from './registers.ts'
import { registryRoutes } from './registries.ts'
import { retirementRoutes } from './retirements.ts'
import { MAX_LARGE_BODY, get } from './route.ts'
import { SCHEME } from './signed.ts'
import { transferRoutes } from './transfers.ts'
import { waitRoutes } from './waits.ts'

const VERSION = '0.1.0'

/** The registry's HTTP interface: the whole middleware order on one page. */
export function createApp(
  context: Context,
  { hub, lines }: { readonly hub: FeedHub; readonly lines: DeviceLines },
): OpenAPIHono<Env> {
  const { throttle } = context
  const app = new OpenAPIHono<Env>({
    defaultHook: (result, c) =>
      result.success ? undefined : answerProblem(c, schemaProblem(result.error.issues)),
  })
  app.onError((error, c) => answerProblem(c, toProblem(error, context.logger)))
  app.notFound((c) =>
    answerProblem(c, toProblem(new Refusal('not-found', 'no such resource'), context.logger)),
  )
  app.use(
    bodyLimit({
      maxSize: MAX_LARGE_BODY,
      onError: (c) =>
        answerProblem(
          c,
          toProblem(new Refusal('too-large', 'the body is too large'), context.logger),
        ),
    }),
  )
  app.use('/v1/*', async (c, next) => {
    await next()
    c.res.headers.set('cache-control', 'no-store')
  })
  get(
    app,
    { path: '/healthz', summary: 'Whether orders are taken, and how far', answer: Health },
    async () => ({ ...health(context, hub), phones: lines.size }),
  )
  get(
    app,
    { path: '/problems/{code}', summary: 'What a problem code means', answer: ProblemPage },
    async (c) => {
      const code = c.req.param('code') ?? ''
      demand(Object.hasOwn(PROBLEMS, code), 'not-found', 'no such code')
      return { code, ...PROBLEMS[code as keyof typeof PROBLEMS] }
    },
  )
  logRoutes(app, context)
  documentRoutes(app, context, throttle)
  deviceRoutes(app, context)
  deviceLineRoutes(app, context, lines)
  partRoutes(app, context, throttle)
  madeBatchRoutes(app, context)
  ownerRoutes(app, context, throttle)
  ownerKeyRoutes(app, context, throttle)
  retirementRoutes(app, context)
  transferRoutes(app, context, throttle)
  waitRoutes(app, context, throttle)
  policeRoutes(app, context)
  requestRoutes(app, context)
  identityRoutes(app, context)
  batchRoutes(app, context)
  edgeRoutes(app, context, hub)
  numberListRoutes(app, context)
  registerRoutes(app, context)
  erasureRoutes(app, context)
  registryRoutes(app, context)
  app.openAPIRegistry.registerComponent('securitySchemes', SCHEME, {
    type: 'http',
    scheme: SCHEME,
    description: 'COSE_Sign1 over this very request by a key whose certificate stands in the log.',
  })
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Stolen Mode registry', version: VERSION, license: { name: 'Apache-2.0' } },
  })
  return app
}

const Health = z.object({
  status: z.enum(['ok', 'read-only']),
  reason: z.string().optional(),
  treeSize: z.number().int(),
  guardedSize: z.number().int(),
  readers: z.number().int(),
  readersCut: z.number().int(),
  readersRefused: z.number().int(),
  /** Phones that hold a line to this process. */
  phones: z.number().int(),
})

const ProblemPage = z.object({ code: z.string(), status: z.number().int(), title: z.string() })

function health({ sequencer }: Context, hub: FeedHub): Omit<z.infer<typeof Health>, 'phones'> {
  const { newest, guarded } = sequencer.published
  return {
    status: sequencer.halted === null ? 'ok' : 'read-only',
    ...(sequencer.halted && { reason: sequencer.halted.code }),
    treeSize: newest?.checkpoint.size ?? 0,
    guardedSize: guarded?.checkpoint.size ?? 0,
    readers: hub.readers,
    readersCut: hub.cut,
    readersRefused: hub.refused,
  }
}
