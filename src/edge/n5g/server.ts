import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { Refusal } from '../../core/index.ts'
import type { Clock, Logger } from '../../host/index.ts'
import type { Judge } from '../checks.ts'
import type { Outcome, PeerCounters } from '../counters.ts'
import { PROBLEMS, VERDICTS, type Answer } from './answers.ts'
import { LIMITS, MAX_HANDSHAKES, type Limits } from './limits.ts'
import { listen, makeServer, type ListenOptions } from './listen.ts'
import { peerName } from './peer-name.ts'
import { Peers } from './peers.ts'
import { RateLimit } from './rate-limit.ts'
import { readRequest } from './request.ts'
import { Sessions, type SessionCounts } from './sessions.ts'
import { makeTokenGate, type Admission, type TokenGate, type TokenOptions } from './token-gate.ts'

export interface N5gOptions extends ListenOptions {
  /** Where the asking networks stand: this interface serves one operator's own core. */
  readonly country: string
  readonly network: string
  readonly judge: Judge
  readonly counters: PeerCounters
  readonly clock: Clock
  readonly logger: Logger
  /** Left out: tokens are not looked at. */
  readonly tokens?: TokenOptions
  readonly limits?: Partial<Limits>
}

export interface N5gServer {
  readonly url: string
  readonly sessions: Readonly<SessionCounts>
  close(): Promise<void>
}

/** What answering takes. */
interface Desk {
  readonly judge: Judge
  readonly gate: TokenGate
  readonly rate: RateLimit
  readonly logger: Logger
}

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, NGHTTP2_NO_ERROR } = constants
const { NGHTTP2_FLAG_END_STREAM } = constants
const ENDED = { endStream: true }

/**
 * N5g-eir_EquipmentIdentityCheck (TS 29.511) on the core `stream` event: the compatibility layer costs
 * a third of the rate.
 */
export async function startN5g(options: N5gOptions): Promise<N5gServer> {
  const { clock, logger } = options
  const limits = { ...LIMITS, ...options.limits }
  const peers = new Peers({ ...options, perPeerPerSecond: limits.perPeerPerSecond })
  const gate = makeTokenGate({ tokens: options.tokens, peers, clock })
  const desk: Desk = { ...options, gate, rate: new RateLimit(limits.perSecond, clock) }
  const sessions = new Sessions(limits)
  const server = makeServer(options.tls)
  server.maxConnections = limits.connections + MAX_HANDSHAKES
  server.on('session', (session: ServerHttp2Session) => {
    const onQuestion = sessions.add(session)
    const caller = { peer: peers.of(peerName(session.socket)), refusal: null }
    session.on(
      'stream',
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => {
        onQuestion()
        stream.on('error', ignore)
        serve(stream, headers, caller, desk)
        if ((flags & NGHTTP2_FLAG_END_STREAM) === 0) dropBody(stream)
      },
    )
  })
  server.on('sessionError', (error) => logger.debug({ err: error }, 'n5g session failed'))
  const url = await listen(server, options)
  return {
    url,
    sessions: sessions.counts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        sessions.goAway()
      }),
  }
}

function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  caller: Admission,
  desk: Desk,
): void {
  // Taken back before it was read: no question, and so none to count.
  if (stream.closed || stream.destroyed) return
  const admission = desk.gate(headers.authorization, caller)
  const { counters } = admission.peer
  counters.receive()
  let [answer, outcome]: readonly [Answer, Outcome] = [PROBLEMS.failure, 'failed']
  try {
    ;[answer, outcome] = decide(headers, admission, desk)
  } catch (error) {
    if (!(error instanceof Refusal)) desk.logger.error({ err: error }, 'check failed')
    else if (error.code === 'rate-limited') [answer, outcome] = [PROBLEMS.overloaded, 'overloaded']
  }
  counters.end(outcome)
  if (answer.body === null || headers[HTTP2_HEADER_METHOD] === 'HEAD')
    stream.respond(answer.headers, ENDED)
  else {
    stream.respond(answer.headers)
    stream.end(answer.body)
  }
}

/** The first thing that is wrong, in the order in which an edge looks; else the judge's word. */
function decide(
  headers: IncomingHttpHeaders,
  { peer, refusal }: Admission,
  { rate, judge }: Desk,
): readonly [Answer, Outcome] {
  const asked = readRequest({
    method: headers[HTTP2_HEADER_METHOD] as string,
    uri: headers[HTTP2_HEADER_PATH] as string,
    accept: headers.accept,
  })
  if ('headers' in asked) return [asked, 'invalid']
  if (refusal !== null) return [refusal, 'refused']
  if (!peer.rate.take()) return [PROBLEMS.tooFast, 'overloaded']
  if (!rate.take()) return [PROBLEMS.overloaded, 'overloaded']
  const { imei14, svn, imsi } = asked
  const { status, outcome } = judge({ imei14, svn, imsi, asker: peer.asker })
  return [status === null ? PROBLEMS.unknown : VERDICTS[status], outcome]
}

/** The peer went away: there is nobody left to answer. */
function ignore(): void {}

/** A body is not read; the stream must not wait for its end. */
function dropBody(stream: ServerHttp2Stream): void {
  stream.once('finish', () => stream.close(NGHTTP2_NO_ERROR))
}
