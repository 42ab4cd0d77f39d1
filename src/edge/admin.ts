import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

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
  readonly health: () => object
  /** Counters and gauges by name; no name and no value holds an IMEI. */
  readonly metrics: () => ReadonlyMap<string, number>
}

export interface AdminServer {
  readonly url: string
  close(): Promise<void>
}

/** The operator's own window: HTTP/1.1, read only. */
export async function startAdmin({ port, health, metrics }: AdminOptions): Promise<AdminServer> {
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    request.resume()
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead) send(response.setHeader('allow', 'GET, HEAD'), 405, 'text/plain', '')
    else if (request.url === '/healthz')
      send(response, 200, 'application/json', JSON.stringify(health()))
    else if (request.url === '/metrics') send(response, 200, 'text/plain', lines(metrics()))
    else send(response, 404, 'text/plain', '')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}

function lines(metrics: ReadonlyMap<string, number>): string {
  return [...metrics].map(([name, value]) => `stolen_edge_${name} ${value}\n`).join('')
}
