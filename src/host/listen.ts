import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { Refusal } from '../core/index.ts'
import { PROBLEMS } from '../wire/index.ts'
import { INTERNAL, problem, type Answer } from './answer.ts'
import type { Logger } from './log.ts'

/** One address: what may be done there and how it is answered. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** Bytes of a body that are read before the rest is refused. */
  readonly maxBody?: number
  answer(body: Uint8Array, headers: IncomingHttpHeaders): Answer | Promise<Answer>
}

export interface Listening {
  readonly url: string
  close(): Promise<void>
}

/** Listens on 127.0.0.1; `find` gives the route of a path. Slow and endless clients are cut off. */
export async function listen(options: {
  readonly port: number
  readonly logger: Logger
  readonly find: (path: string) => Route | undefined
}): Promise<Listening> {
  const { port, logger, find } = options
  const working = new Set<Promise<void>>()
  let isClosing = false

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const route = find((request.url ?? '').split('?', 1)[0] ?? '')
    if (route === undefined) return send(response, NOT_FOUND)
    if (request.method !== route.method) return send(response, METHOD, { allow: route.method })
    const body = await readBody(request, route.maxBody ?? 0)
    if (body === null) return send(response, TOO_LARGE, { connection: 'close' })
    if (isClosing) return send(response, CLOSING, { connection: 'close' })
    const work = answerOf(() => route.answer(body, request.headers), logger).then((answer) =>
      send(response, answer),
    )
    working.add(work)
    await work.finally(() => working.delete(work))
  }
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      logger.debug({ err: error }, 'a client went away')
      response.destroy()
    })
  })
  server.requestTimeout = 10_000
  server.headersTimeout = 5_000
  server.keepAliveTimeout = 75_000 // longer than the minute between two visits of an idle log
  server.maxConnections = 512
  server.maxHeadersCount = 64
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      isClosing = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await Promise.allSettled(working)
      server.closeAllConnections()
      await closed
    },
  }
}

async function answerOf(work: () => Answer | Promise<Answer>, logger: Logger): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal && PROBLEMS[error.code].status === 503) {
      logger.error({ code: error.code }, error.message)
      return problem(503, error)
    }
    logger.error({ err: error }, 'a request failed on our side')
    return INTERNAL
  }
}

/** The whole body, or null when it is longer than `limit`. */
async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array | null> {
  const parts: Buffer[] = []
  let length = 0
  // Not destroyed when left early: the client is to read why.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  for await (const part of body) {
    length += part.length
    if (length > limit) return null
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

function send(response: ServerResponse, answer: Answer, headers: Record<string, string> = {}) {
  const length = Buffer.byteLength(answer.body)
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': length,
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(answer.body)
}

const NOT_FOUND = problem(404, new Refusal('not-found', 'no such path'))
const TOO_LARGE = problem(413, new Refusal('too-large', 'the body is longer than allowed'))
const CLOSING = problem(503, new Refusal('unavailable', 'closing down'))
const METHOD: Answer = { status: 405, contentType: 'text/plain; charset=utf-8', body: '' }
