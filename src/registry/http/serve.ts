import { createAdaptorServer } from '@hono/node-server'
import type { Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { TlsIdentity } from '../../host/index.ts'
import type { Env } from './env.ts'

/** A listening registry. */
export interface Served {
  readonly url: string
  close(): Promise<void>
}

/** Not yet accepted: thousands of registers come back in the second after a restart. */
const BACKLOG = 4_096
/** Above the feed's readers and the phones' lines. The next is closed unheard: tiles and database need files too. */
const MAX_CONNECTIONS = 35_000
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000
const IDLE_LOOK_MS = 10
/** How long requests that run may still take when the service stops. */
const LAST_ANSWERS_MS = 1_000

export interface Listening {
  readonly host?: string
  readonly tls?: TlsIdentity | null
}

/**
 * Serves the app over HTTP/1.1 with bounded headers, bodies and patience. With `tls` over HTTPS alone:
 * everybody may show a certificate of `ca`, operators must (`edges.ts`).
 */
export async function serve(
  app: OpenAPIHono<Env>,
  port: number,
  { host = '127.0.0.1', tls = null }: Listening = {},
): Promise<Served> {
  const secure = {
    createServer: createHttpsServer,
    serverOptions: { ...tls, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2' },
  } as const
  const server = createAdaptorServer({
    fetch: app.fetch,
    hostname: host,
    ...(tls && secure),
  }) as Server
  server.maxConnections = MAX_CONNECTIONS
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => resolve())
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
  return { url: `${tls ? 'https' : 'http'}://${host}:${bound}`, close }
}
