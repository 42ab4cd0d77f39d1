import { constants, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Clock, Logger } from '../../host/index.ts'
import type { Judge } from '../checks.ts'
import type { PeerCounters } from '../counters.ts'
import { PROBLEMS } from './answers.ts'
import { CLOSE_MS, LIMITS, MAX_HANDSHAKES, isTooLarge, type Limits } from './limits.ts'
import { listen, makeServer, type ListenOptions, type N5gSocketServer } from './listen.ts'
import { peerName } from './peer-name.ts'
import { Peers, type Peer } from './peers.ts'
import { RateLimit } from './rate-limit.ts'
import { dropBody, serve, type Desk } from './serve.ts'
import { Sessions, type SessionCounts } from './sessions.ts'
import { makeTokenGate, type TokenOptions } from './token-gate.ts'

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
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('session', (session: ServerHttp2Session) => {
    const isFirst = sessions.add(session)
    const caller = { peer: peers.of(peerName(session.socket)), refusal: null }
    // nghttp2 holds a peer to our limit once that has said that it knows it, and not before.
    let isHeldToLimit = false
    session.once('localSettings', () => (isHeldToLimit = true))
    const take: OnStream = (stream, headers, flags, raw) => {
      if (isFirst()) greet(caller.peer, headers, logger)
      const fault = isHeldToLimit || !isTooLarge(raw) ? null : PROBLEMS.headers
      serve(stream, headers, { caller, fault }, desk)
      if ((flags & constants.NGHTTP2_FLAG_END_STREAM) === 0) dropBody(stream)
    }
    session.on('stream', take)
  })
  server.on('sessionError', (error) => logger.debug({ err: error }, 'n5g session failed'))
  const url = await listen(server, options)
  // Out of files, for one: no reason to give up those that are connected.
  server.on('error', (error) => logger.error({ err: error }, 'n5g connection not accepted'))
  return { url, sessions: sessions.counts, close: () => close(server, sessions, sockets) }
}

type OnStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  /** Names and values in turn. */
  raw: readonly string[],
) => void

/** GOAWAY, open streams finish (TS 29.500), then the sockets close; whoever keeps one open is cut off. */
async function close(
  server: N5gSocketServer,
  sessions: Sessions,
  sockets: ReadonlySet<Socket>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  sessions.goAway()
  const late = setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, CLOSE_MS)
  await closed
  clearTimeout(late)
}

/** For the operator's eyes: what a peer says of itself decides nothing. */
function greet({ asker }: Peer, headers: IncomingHttpHeaders, logger: Logger): void {
  const says = headers['user-agent']?.slice(0, 64)
  logger.debug({ peer: asker.peer, says }, 'n5g peer asks')
}
