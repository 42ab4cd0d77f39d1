import { connect, type ClientHttp2Session } from 'node:http2'
import type { LoadOptions, Loaded } from './h2load.ts'

/** The load of h2load by Node's own client: it costs more than what it asks, and so shows less. */
export async function nodeLoad(options: LoadOptions): Promise<Loaded> {
  const { uris, requests, clients, streams } = options
  const { origin } = new URL(uris[0]!)
  const sessions = Array.from({ length: clients }, () => connect(origin))
  const statuses = [0, 0, 0, 0]
  let [sent, errored] = [0, 0]
  const start = performance.now()
  const asker = async (session: ClientHttp2Session) => {
    while (sent < requests) {
      const { pathname, search } = new URL(uris[sent++ % uris.length]!)
      const status = await ask(session, pathname + search).catch(() => 0)
      if (status === 0) errored++
      else statuses[Math.floor(status / 100) - 2]!++
    }
  }
  await Promise.all(sessions.flatMap((one) => Array.from({ length: streams }, () => asker(one))))
  const perSecond = (1_000 * requests) / (performance.now() - start)
  for (const session of sessions) session.destroy()
  return { perSecond, statuses, errored }
}

function ask(session: ClientHttp2Session, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path }, { endStream: true })
    let status = 0
    stream.on('response', (headers) => (status = headers[':status'] ?? 0))
    stream.on('error', reject)
    stream.on('end', () => resolve(status))
    stream.resume()
  })
}
