import { createRoute, type OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi'
import type { Context as HttpContext, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { Refusal, demand, type RefusalCode } from '../../core/index.ts'
import type { Env } from './env.ts'
import { problemAnswers } from './problems.ts'

/** A type, not an interface: OpenAPI's objects are open to `x-` members. */
type Parameter = {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly description?: string
  readonly schema: { type: 'string'; minLength?: number; maxLength?: number }
}

/** Stands before an endpoint, and says so in its documentation. */
export interface Guard {
  readonly handle: MiddlewareHandler<Env>
  readonly refuses: readonly RefusalCode[]
  readonly parameters?: readonly Parameter[]
  readonly security?: readonly Record<string, string[]>[]
}

/** One endpoint: its schemas are its documentation and its gate. */
export interface Endpoint<B extends z.ZodType, A extends z.ZodType> {
  readonly path: string
  readonly summary: string
  readonly body: B
  readonly answer: A
  readonly middleware?: readonly Guard[]
  /** Its own refusals, beside those of its guards. */
  readonly refuses?: readonly RefusalCode[]
  /** Its body may have megabytes. */
  readonly large?: boolean
  /** Answers are filled up to this many bytes: their length then says nothing. */
  readonly padTo?: number
}

type Handle<B extends z.ZodType, A extends z.ZodType> = (
  body: z.infer<B>,
  c: HttpContext<Env>,
) => Promise<z.infer<A>>

/** Larger than the largest batch of signatures, smaller than anything that hurts. */
export const MAX_LARGE_BODY = 4 * 1024 * 1024
const MAX_BODY = 128 * 1024

/** A POST. What leaves is built field by field and parsed once more: nothing stray goes out. */
export function post<B extends z.ZodType, A extends z.ZodType>(
  app: OpenAPIHono<Env>,
  endpoint: Endpoint<B, A>,
  handle: Handle<B, A>,
): void {
  const { path, summary, body, answer, middleware = [], refuses = [] } = endpoint
  const route = createRoute({
    method: 'post',
    path,
    summary,
    ...documented(path, middleware),
    middleware: [
      bounded(endpoint.large ? MAX_LARGE_BODY : MAX_BODY),
      ...middleware.map((guard) => guard.handle),
    ],
    request: { body: { required: true, content: { 'application/json': { schema: body } } } },
    responses: {
      200: { description: summary, content: { 'application/json': { schema: answer } } },
      ...problemAnswers([...refusals(path, middleware, refuses), 'malformed', 'too-large']),
    },
  })
  app.openapi(route, (async (c: HttpContext<Env>) => {
    const read = (c.req.valid as (target: 'json') => z.infer<B>)('json')
    demandStorable(read)
    const text = JSON.stringify(answer.parse(await handle(read, c)))
    return c.body(text.padEnd(endpoint.padTo ?? 0), 200, { 'content-type': 'application/json' })
  }) as never)
}

/** A GET of a signed or public resource. */
export function get<A extends z.ZodType>(
  app: OpenAPIHono<Env>,
  endpoint: Pick<
    Endpoint<z.ZodType, A>,
    'path' | 'summary' | 'answer' | 'middleware' | 'refuses'
  > & {
    /** Query parameters by name, with what they are. */
    readonly query?: Readonly<Record<string, string>>
  },
  handle: (c: HttpContext<Env>) => Promise<z.infer<A>>,
): void {
  const { path, summary, answer, middleware = [], refuses = [], query = {} } = endpoint
  const route = createRoute({
    method: 'get',
    path,
    summary,
    ...documented(path, middleware, query),
    middleware: middleware.map((guard) => guard.handle),
    responses: {
      200: { description: summary, content: { 'application/json': { schema: answer } } },
      ...problemAnswers(refusals(path, middleware, refuses)),
    },
  })
  app.openapi(route, (async (c: HttpContext<Env>) =>
    c.json(answer.parse(await handle(c)) as object, 200)) as never)
}

/** Documents a route that answers something else than JSON by a schema; its handler stands beside. */
export function document(
  app: OpenAPIHono<Env>,
  route: Pick<RouteConfig, 'path' | 'summary' | 'responses'> & {
    readonly middleware?: readonly Guard[]
    readonly refuses?: readonly RefusalCode[]
    readonly parameters?: readonly Parameter[]
    readonly method?: 'get' | 'post'
    readonly body?: z.ZodType
  },
): void {
  const { path, summary, responses, middleware = [], refuses = [], parameters = [] } = route
  const { method = 'get', body } = route
  const own = documented(path, middleware)
  app.openAPIRegistry.registerPath({
    method,
    path,
    ...(summary !== undefined && { summary }),
    ...(body && {
      request: { body: { required: true, content: { 'application/json': { schema: body } } } },
    }),
    ...own,
    parameters: [...own.parameters, ...parameters],
    responses: { ...responses, ...problemAnswers(refusals(path, middleware, refuses)) },
  })
}

function documented(
  path: string,
  guards: readonly Guard[],
  query: Readonly<Record<string, string>> = {},
) {
  const schema = { type: 'string' } as const
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]): Parameter => ({
    name: name!,
    in: 'path',
    required: true,
    schema,
  }))
  const inQuery = Object.entries(query).map(([name, description]): Parameter => ({
    name,
    in: 'query',
    description,
    schema,
  }))
  const parameters = [...inPath, ...inQuery, ...guards.flatMap((guard) => guard.parameters ?? [])]
  const security = guards.flatMap((guard) => guard.security ?? [])
  return { parameters, ...(security.length > 0 && { security }) }
}

function refusals(
  path: string,
  guards: readonly Guard[],
  own: readonly RefusalCode[],
): RefusalCode[] {
  const missing: RefusalCode[] = path.includes('{') ? ['not-found'] : []
  return [...guards.flatMap((guard) => guard.refuses), ...missing, ...own, 'unavailable']
}

function bounded(maxSize: number): MiddlewareHandler<Env> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new Refusal('too-large', `a body here has at most ${maxSize} bytes`)
    },
  })
}

/** PostgreSQL's text holds every character but NUL; inside a pool it would fail everybody's order. */
function demandStorable(body: unknown): void {
  demand(!JSON.stringify(body).includes('\\u0000'), 'malformed', 'the body holds a NUL character')
}
