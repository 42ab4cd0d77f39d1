import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Refusal } from '../../core/index.ts'
import type { Logger } from '../../host/index.ts'
import type { Asker, Judge } from '../checks.ts'
import type { Outcome, PeerCounters } from '../counters.ts'
import type { Status } from '../verdict.ts'
import { readRequest, type Wrong } from './request.ts'

export interface N5gOptions {
  readonly port: number
  /** Where the asking networks stand: this interface serves one operator's own core. */
  readonly country: string
  readonly network: string
  readonly judge: Judge
  readonly counters: PeerCounters
  readonly logger: Logger
}

export interface N5gServer {
  readonly url: string
  close(): Promise<void>
}

/** Open streams are answered at once; whoever keeps one open for longer than this is cut off. */
const CLOSE_MS = 2_000
const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_ACCEPT, NGHTTP2_NO_ERROR } = constants

/**
 * N5g-eir_EquipmentIdentityCheck (TS 29.511) over h2c with prior knowledge, on the core `stream`
 * event: the compatibility layer costs a third of the rate.
 */
export async function startN5g(options: N5gOptions): Promise<N5gServer> {
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer({
    settings: { enablePush: false, maxConcurrentStreams: 1_000, maxHeaderListSize: 16_384 },
    maxHeaderListPairs: 64,
    // A peer that opens and resets streams without end (CVE-2023-44487) is dropped by nghttp2's own
    // rate limit; this bounds what it may make us reject.
    maxSessionRejectedStreams: 100,
    maxSessionInvalidFrames: 100,
  })
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.on('sessionError', (error) => options.logger.debug({ err: error }, 'n5g session failed'))
  server.on('stream', (stream, headers, flags) => {
    stream.on('error', () => undefined) // the peer went away: there is nobody left to answer
    serve(stream, headers, options)
    const hasBody = (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0
    if (hasBody) stream.once('finish', () => stream.close(NGHTTP2_NO_ERROR))
  })
  await listen(server, options.port)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => close(server, sessions) }
}

function serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: N5gOptions): void {
  const peer = stream.session?.socket.remoteAddress ?? 'unknown'
  const counters = options.counters.of(peer)
  counters.receive()
  const isHead = headers[HTTP2_HEADER_METHOD] === 'HEAD'
  let [answer, outcome]: readonly [Answer, Outcome] = [FAILURE, 'failed']
  try {
    const { country, network } = options
    ;[answer, outcome] = decide(headers, { peer, country, network }, options)
  } catch (error) {
    if (!(error instanceof Refusal)) options.logger.error({ err: error }, 'check failed')
  }
  counters.end(outcome)
  if (stream.destroyed) return
  if (isHead || answer.body === null) stream.respond(answer.headers, { endStream: true })
  else {
    stream.respond(answer.headers)
    stream.end(answer.body)
  }
}

function decide(
  headers: IncomingHttpHeaders,
  asker: Asker,
  { judge }: N5gOptions,
): readonly [Answer, Outcome] {
  const asked = readRequest({
    method: String(headers[HTTP2_HEADER_METHOD]),
    uri: String(headers[HTTP2_HEADER_PATH]),
    accept: [headers[HTTP2_HEADER_ACCEPT] ?? []].flat().join(',') || undefined,
  })
  if ('status' in asked) return [wrong(asked), 'invalid']
  const { status, outcome } = judge({ ...asked, asker })
  return [status === null ? NOT_FOUND : ANSWERS[status], outcome]
}

interface Answer {
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer | null
}

/** No proxy may keep a verdict. */
function answer(status: number, type: string | null, content: object | null): Answer {
  const body = content && Buffer.from(JSON.stringify(content))
  return {
    headers: {
      ':status': status,
      'cache-control': 'no-store',
      ...(type !== null && { 'content-type': type }),
      ...(body && { 'content-length': body.length }),
      ...(status === 405 && { allow: 'GET' }),
    },
    body,
  }
}

/** ProblemDetails of TS 29.571. */
function wrong({ status, title, cause, param }: Wrong): Answer {
  if (status === 406) return answer(status, null, null)
  const invalidParams = param && [{ param: `query ${param}`, reason: title }]
  return answer(status, 'application/problem+json', {
    status,
    title,
    ...(cause && { cause }),
    ...(invalidParams && { invalidParams }),
  })
}

const ANSWERS: Readonly<Record<Status, Answer>> = {
  WHITELISTED: answer(200, 'application/json', { status: 'WHITELISTED' }),
  GREYLISTED: answer(200, 'application/json', { status: 'GREYLISTED' }),
  BLACKLISTED: answer(200, 'application/json', { status: 'BLACKLISTED' }),
}

// The only 404 this server ever sends: Open5GS takes any other for an EIR failure.
const NOT_FOUND = wrong({
  status: 404,
  title: 'The equipment is not known',
  cause: 'ERROR_EQUIPMENT_UNKNOWN',
})

const FAILURE = wrong({ status: 500, title: 'No answer can be given', cause: 'SYSTEM_FAILURE' })

function listen(server: Http2Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

/** GOAWAY to everybody, open streams finish (TS 29.500), then the sockets close. */
async function close(server: Http2Server, sessions: Set<ServerHttp2Session>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const session of sessions) session.close()
  const late = setTimeout(() => {
    for (const session of sessions) session.destroy()
  }, CLOSE_MS)
  await closed
  clearTimeout(late)
}
