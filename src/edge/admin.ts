import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PROMETHEUS_TYPE, prometheusText, type Metric } from './prometheus.ts'

/** How old the knowledge is: an idle log is cosigned again every 60 s. */
export type Staleness = 'none' | 'late' | 'stale' | 'very-stale'

const LATE_SECONDS = 120
const STALE_SECONDS = 15 * 60
const VERY_STALE_SECONDS = 24 * 3_600

/** @param ageSeconds of the newest quorum checkpoint, null where there is none yet */
export function stalenessOf(ageSeconds: number | null): Staleness {
  if (ageSeconds === null || ageSeconds > VERY_STALE_SECONDS) return 'very-stale'
  if (ageSeconds > STALE_SECONDS) return 'stale'
  return ageSeconds > LATE_SECONDS ? 'late' : 'none'
}

export interface AdminOptions {
  readonly port: number
  /** Address to listen on; 127.0.0.1 where none is given. */
  readonly host?: string
  readonly health: () => object
  /** Whether it gives verdicts: what a load balancer asks. */
  readonly isReady: () => boolean
  readonly metrics: () => readonly Metric[]
  readonly events: (after: number) => readonly object[]
}

export interface AdminServer {
  readonly url: string
  close(): Promise<void>
}

const JSON_TYPE = 'application/json'
/** A monitor or two and a balancer. The next is closed unheard: checks need the files more. */
const MAX_CONNECTIONS = 64
/** A request that does not come to an end is looked for so often. */
const LOOK_MS = 1_000

/** The operator's own window: HTTP/1.1, read only, and for nobody else. */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const { port, host = '127.0.0.1' } = options
  const timeouts = { requestTimeout: 5_000, connectionsCheckingInterval: LOOK_MS }
  const server = createServer(timeouts, (request, response) => {
    request.resume()
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (isRead) answer(request.url ?? '', response, options)
    else send(response.setHeader('allow', 'GET, HEAD'), 405, 'text/plain', '')
  })
  server.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(
  url: string,
  response: ServerResponse,
  { health, isReady, metrics, events }: AdminOptions,
): void {
  const [, after] = /^\/events(?:\?after=([0-9]{1,15}))?$/.exec(url) ?? []
  if (url === '/healthz') send(response, 200, JSON_TYPE, JSON.stringify(health()))
  else if (url === '/readyz') send(response, isReady() ? 200 : 503, 'text/plain', '')
  else if (url === '/metrics') send(response, 200, PROMETHEUS_TYPE, prometheusText(metrics()))
  else if (url.startsWith('/events') && (after !== undefined || url === '/events'))
    send(response, 200, JSON_TYPE, JSON.stringify({ events: events(Number(after ?? 0)) }))
  else send(response, 404, 'text/plain', '')
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}
