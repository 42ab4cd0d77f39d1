import { createAdaptorServer } from '@hono/node-server'
import type { Server } from 'node:http'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Env } from './env.ts'

/** A listening registry. */
export interface Served {
  readonly url: string
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000
const IDLE_LOOK_MS = 10
/** How long requests that run may still take when the service stops. */
const LAST_ANSWERS_MS = 1_000

/** Serves the app over HTTP/1.1 with bounded headers, bodies and patience. */
export async function serve(app: OpenAPIHono<Env>, port: number): Promise<Served> {
  const server = createAdaptorServer({ fetch: app.fetch, hostname: HOST }) as Server
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => resolve())
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  const close = () =>
    new Promise<void>((resolve) => {
      // Connections fall idle one by one, the feed's when the hub closes.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS)
      const last = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS)
      server.close(() => {
        clearInterval(idle)
        clearTimeout(last)
        resolve()
      })
    })
  return { url: `http://${HOST}:${bound}`, close }
}
