import { request as overTcp, type IncomingMessage } from 'node:http'
import { request as overTls } from 'node:https'
import { Refusal } from '../core/index.ts'
import { retryLater } from './retry-later.ts'

export interface OpenLine {
  readonly url: string
  readonly body: string
  /** Ends the line. */
  readonly signal: AbortSignal
}

/**
 * Posts, and keeps the answer open as a line of server-sent events (UTF-8). Plain HTTP/1.1 on a connection of
 * its own: `fetch` puts four web streams under each, 60 KB a phone.
 * @throws {Refusal} unavailable (with `retryAfterSeconds` where the other side named it)
 */
export async function openLine({ url, body, signal }: OpenLine): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.startsWith('https:') ? overTls : overTcp
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
    const sent = request(url, { method: 'POST', agent: false, headers, signal })
    sent.once('response', resolve)
    sent.on('error', () => reject(new Refusal('unavailable', 'the registry could not be reached')))
    sent.end(body)
  })
  if (response.statusCode === 200) return response.setEncoding('utf8')
  response.destroy()
  throw retryLater(response.statusCode ?? 0, response.headers['retry-after'])
}
