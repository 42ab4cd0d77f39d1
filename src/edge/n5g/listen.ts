import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { HANDSHAKE_MS, SESSION } from './limits.ts'

/** PEM. */
export interface N5gTls {
  readonly key: string
  readonly cert: string
  /** Who certifies those who may ask; null: anybody may connect. */
  readonly clientCa: string | null
}

export interface ListenOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Left out: h2c with prior knowledge, for a laboratory or behind a proxy. */
  readonly tls?: N5gTls
}

/** Connections not yet accepted: a whole core comes back in the second after a restart. */
const BACKLOG = 4_096

export type N5gSocketServer = Http2Server | Http2SecureServer

/** HTTP/2 alone (TS 29.500): no HTTP/1.1, no upgrade. */
export function makeServer(tls: N5gTls | undefined): N5gSocketServer {
  if (!tls) return createServer(SESSION)
  const { key, cert, clientCa } = tls
  const server = createSecureServer({
    ...SESSION,
    key,
    cert,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2'],
    handshakeTimeout: HANDSHAKE_MS,
    ...(clientCa !== null && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  })
  server.on('unknownProtocol', (socket) => socket.destroy())
  return server
}

/** @returns where it listens, as a URL */
export function listen(
  server: N5gSocketServer,
  { host, port, tls }: ListenOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.removeListener('error', reject)
      const { family, address, port: bound } = server.address() as AddressInfo
      const name = family === 'IPv6' ? `[${address}]` : address
      resolve(`${tls ? 'https' : 'http'}://${name}:${bound}`)
    })
  })
}
