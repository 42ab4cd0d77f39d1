import { connect, type ClientHttp2Stream } from 'node:http2'
import { Refusal } from '../../core/index.ts'

/** PEM: with what the register shows itself to the NRF, and who certifies the NRF. */
export interface NrfTls {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

export interface Exchange {
  /** http: h2c with prior knowledge. */
  readonly base: URL
  readonly path: string
  readonly method: 'PUT' | 'PATCH' | 'DELETE'
  readonly contentType?: string
  readonly body?: unknown
  readonly tls: NrfTls | null
  readonly timeoutMs: number
}

export interface Answered {
  readonly status: number
  /** Null where the body is no JSON. */
  readonly body: unknown
}

const MAX_BODY = 65_536

/**
 * One request on a connection of its own: with seconds between two, one that died unnoticed would cost
 * more than a new one.
 * @throws {Refusal} unavailable, timeout
 */
export async function exchange(request: Exchange): Promise<Answered> {
  const { base, tls, timeoutMs } = request
  const session = connect(base, { ...tls, minVersion: 'TLSv1.2' })
  let late: NodeJS.Timeout | undefined
  try {
    return await new Promise<Answered>((resolve, reject) => {
      late = setTimeout(() => reject(new Refusal('timeout', 'no answer in time')), timeoutMs)
      const fail = () => reject(new Refusal('unavailable', 'could not be reached'))
      session.on('error', fail)
      session.on('close', fail)
      send(session.request(headersOf(request)), request.body, resolve, fail)
    })
  } finally {
    clearTimeout(late)
    session.destroy()
  }
}

function headersOf({ method, path, base, contentType }: Exchange) {
  return {
    ':method': method,
    ':path': base.pathname.replace(/\/$/, '') + path,
    accept: 'application/json, application/problem+json',
    'user-agent': '5G_EIR',
    ...(contentType && { 'content-type': contentType }),
  }
}

function send(
  stream: ClientHttp2Stream,
  body: unknown,
  resolve: (answered: Answered) => void,
  fail: () => void,
): void {
  let [status, text] = [0, '']
  stream.setEncoding('utf8')
  stream.on('error', fail)
  stream.on('response', (headers) => (status = Number(headers[':status'])))
  stream.on('data', (part: string) => {
    text += part
    if (text.length > MAX_BODY) fail()
  })
  stream.on('end', () => resolve({ status, body: parse(text) }))
  stream.end(body === undefined ? undefined : JSON.stringify(body))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
