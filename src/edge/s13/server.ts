import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { demand } from '../../core/index.ts'
import type { Logger, Surroundings } from '../../host/index.ts'
import type { Judge } from '../checks.ts'
import type { PeerCounters } from '../counters.ts'
import { read32 } from './avp-cursor.ts'
import { BaseCounts } from './base-counts.ts'
import { BaseMessages } from './base-messages.ts'
import { Connection, type Service } from './connection.ts'
import { EcaWriter } from './eca.ts'
import { EcrReader } from './ecr.ts'
import { PeerList, isDiameterIdentity, type ListedPeer, type Peer } from './peers.ts'
import { Strangers } from './strangers.ts'
import { machineAlarm, type SetAlarm } from './watchdog.ts'

/** PEM. Clients must show a certificate of `ca`. */
export interface S13Tls {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

export interface S13Options {
  /** Where to listen; 127.0.0.1 if absent. */
  readonly host?: string
  /** 3868, or 5868 with TLS; 0: any free port. */
  readonly port: number
  readonly tls?: S13Tls
  readonly originHost: string
  readonly originRealm: string
  readonly peers: readonly Peer[]
  readonly judge: Judge
  /** False before the first verified snapshot. */
  readonly isReady: () => boolean
  readonly counters: PeerCounters
  readonly surroundings: Surroundings
  readonly logger: Logger
  /** Tw of RFC 3539: 6 s or more, 30 s if absent. */
  readonly watchdogMs?: number
  readonly setAlarm?: SetAlarm
}

export interface S13Server {
  readonly port: number
  /** What happened besides checks. */
  readonly base: BaseCounts
  /** Origin-Hosts of the peers that are connected. */
  connected(): readonly string[]
  /** Takes leave of every peer (DPR), so that none of them waits in REOPEN when we come back. */
  close(): Promise<void>
}

const PRODUCT_NAME = 'Stolen Mode'
const WATCHDOG_MS = 30_000
const MIN_WATCHDOG_MS = 6_000
const HANDSHAKE_MS = 10_000

/** S13 and S13' (TS 29.272) over TCP or TLS. @throws {Refusal} config */
export async function startS13(options: S13Options): Promise<S13Server> {
  const { originHost, originRealm, tls, surroundings, logger } = options
  const watchdogMs = options.watchdogMs ?? WATCHDOG_MS
  demand(watchdogMs >= MIN_WATCHDOG_MS, 'config', 'a Diameter watchdog takes 6 s or more')
  demand(
    [originHost, originRealm].every(isDiameterIdentity),
    'config',
    'S13 needs an Origin-Host and a realm of its own',
  )
  const identity = { originHost, originRealm }
  const originStateId = Math.floor(surroundings.clock() / 1000) >>> 0
  const service = {
    ...options,
    peers: new PeerList(options.peers, tls !== undefined),
    open: new Map<ListedPeer, Connection>(),
    messages: new BaseMessages({ ...identity, productName: PRODUCT_NAME, originStateId }),
    ecr: new EcrReader(identity),
    eca: new EcaWriter(identity),
    base: new BaseCounts(),
    watchdogMs,
    setAlarm: options.setAlarm ?? machineAlarm,
    nextId: idsFrom(read32(surroundings.random(4), 0)),
  } satisfies Service
  const { peers, base } = service
  const strangers = new Strangers(
    (address) => peers.mayDial(address),
    () => base.count('displaced'),
  )
  const connections = new Set<Connection>()
  const onConnection = (socket: Socket) => {
    const connection = new Connection(socket, service, () => strangers.know(socket))
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  }
  const server = tls
    ? createTlsServer({ ...tls, ...CLIENT_CERTIFICATES }, onConnection)
    : createTcpServer(onConnection)
  // Before the handshake of TLS, too.
  server.prependListener('connection', (socket: Socket) => strangers.add(socket))
  server.on('tlsClientError', (error: Error) => logger.debug({ err: error }, 's13 TLS failed'))
  await listen(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    base,
    connected: () => [...service.open.keys()].map(({ asker }) => asker.peer),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      strangers.cut()
      await Promise.all([...connections].map((connection) => connection.close()))
      await closed
    },
  }
}

const CLIENT_CERTIFICATES = {
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.2',
  handshakeTimeout: HANDSHAKE_MS,
} as const

function idsFrom(first: number): () => number {
  let id = first
  return () => (id = (id + 1) >>> 0)
}

function listen(server: Server, { host = '127.0.0.1', port }: S13Options): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
