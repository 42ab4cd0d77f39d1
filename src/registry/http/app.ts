import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { Refusal } from '../../core/index.ts'
import { PROBLEMS } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { FeedHub } from '../feed/hub.ts'
import { batchRoutes } from './batches.ts'
import { deviceRoutes } from './devices.ts'
import { edgeRoutes } from './edges.ts'
import type { Env } from './env.ts'
import { logRoutes } from './log-files.ts'
import { ownerRoutes } from './owners.ts'
import { policeRoutes } from './police.ts'
import { answerProblem, schemaProblem, toProblem } from './problems.ts'

/** Larger than the largest batch of signatures, smaller than anything that hurts. */
const MAX_BODY = 4 * 1024 * 1024
const VERSION = '0.1.0'

/** The registry's HTTP interface: the whole middleware order on one page. */
export function createApp(context: Context, hub: FeedHub): OpenAPIHono<Env> {
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
      maxSize: MAX_BODY,
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
  app.get('/healthz', (c) => c.json(health(context, hub)))
  app.get('/problems/:code', (c) => {
    const code = c.req.param('code')
    const known = Object.hasOwn(PROBLEMS, code)
      ? PROBLEMS[code as keyof typeof PROBLEMS]
      : undefined
    return known ? c.json({ code, ...known }) : c.notFound()
  })
  logRoutes(app, context)
  deviceRoutes(app, context)
  ownerRoutes(app, context)
  policeRoutes(app, context)
  batchRoutes(app, context)
  edgeRoutes(app, context, hub)
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Stolen Mode registry', version: VERSION, license: { name: 'Apache-2.0' } },
  })
  return app
}

function health({ sequencer }: Context, hub: FeedHub) {
  const { newest, guarded } = sequencer.published
  return {
    status: sequencer.halted === null ? 'ok' : 'read-only',
    ...(sequencer.halted && { reason: sequencer.halted.code }),
    treeSize: newest?.checkpoint.size ?? 0,
    guardedSize: guarded?.checkpoint.size ?? 0,
    readers: hub.readers,
    readersCut: hub.cut,
  }
}
