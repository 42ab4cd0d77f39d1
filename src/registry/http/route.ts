import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi'
import type { Context as HttpContext, MiddlewareHandler } from 'hono'
import type { Env } from './env.ts'

/** One endpoint: its schemas are its documentation and its gate. */
export interface Endpoint<B extends z.ZodType, A extends z.ZodType> {
  readonly path: string
  readonly summary: string
  readonly body: B
  readonly answer: A
  readonly middleware?: readonly MiddlewareHandler<Env>[]
}

type Handle<B extends z.ZodType, A extends z.ZodType> = (
  body: z.infer<B>,
  c: HttpContext<Env>,
) => Promise<z.infer<A>>

const problem = { description: 'A problem (RFC 9457)' }

/** A POST. What leaves is built field by field and parsed once more: nothing stray goes out. */
export function post<B extends z.ZodType, A extends z.ZodType>(
  app: OpenAPIHono<Env>,
  endpoint: Endpoint<B, A>,
  handle: Handle<B, A>,
): void {
  const { path, summary, body, answer, middleware = [] } = endpoint
  const route = createRoute({
    method: 'post',
    path,
    summary,
    middleware: [...middleware],
    request: { body: { required: true, content: { 'application/json': { schema: body } } } },
    responses: {
      200: { description: summary, content: { 'application/json': { schema: answer } } },
      default: problem,
    },
  })
  app.openapi(route, (async (c: HttpContext<Env>) => {
    const read = (c.req.valid as (target: 'json') => z.infer<B>)('json')
    return c.json(answer.parse(await handle(read, c)) as object, 200)
  }) as never)
}

/** A GET of a signed or public resource. */
export function get<A extends z.ZodType>(
  app: OpenAPIHono<Env>,
  endpoint: Omit<Endpoint<z.ZodType, A>, 'body'>,
  handle: (c: HttpContext<Env>) => Promise<z.infer<A>>,
): void {
  const { path, summary, answer, middleware = [] } = endpoint
  const route = createRoute({
    method: 'get',
    path,
    summary,
    middleware: [...middleware],
    responses: {
      200: { description: summary, content: { 'application/json': { schema: answer } } },
      default: problem,
    },
  })
  app.openapi(route, (async (c: HttpContext<Env>) =>
    c.json(answer.parse(await handle(c)) as object, 200)) as never)
}
