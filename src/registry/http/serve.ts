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
      server.close(() => resolve())
      server.closeIdleConnections()
      // The feed never ends by itself.
      setTimeout(() => server.closeAllConnections(), 1_000).unref()
    })
  return { url: `http://${HOST}:${bound}`, close }
}
