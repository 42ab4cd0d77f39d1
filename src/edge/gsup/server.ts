import { createServer, type AddressInfo, type Server } from 'node:net'
import { demand } from '../../core/index.ts'
import { mayConnect } from './peers.ts'
import { Relay, type RelayOptions } from './relay.ts'

export interface GsupOptions extends RelayOptions {
  /** Where clients of the HLR are to connect; port 0: any free one. */
  readonly host: string
  readonly port: number
}

export interface GsupServer {
  readonly port: number
  close(): Promise<void>
}

/** MSCs and SGSNs of one core: a few, each with one connection. */
const MAX_CONNECTIONS = 256

/**
 * GSUP CHECK_IMEI for Osmocom's 2G and 3G networks: a proxy in front of osmo-hlr, which lets every
 * phone in. It refuses stolen phones and passes everything else through untouched.
 * @throws {Refusal} config: a peer with neither address nor name
 */
export async function startGsup(options: GsupOptions): Promise<GsupServer> {
  const { host, port, peers, logger } = options
  const isNamed = peers.every(({ address, name }) => address !== undefined || name !== undefined)
  demand(isNamed, 'config', 'a gsup peer has neither address nor name')
  const relays = new Set<Relay>()
  const server = createServer({ pauseOnConnect: true }, (client) => {
    const address = plainAddress(client.remoteAddress ?? '')
    if (!mayConnect(peers, address)) {
      logger.warn({ address }, 'gsup connection refused: not one of the peers')
      client.destroy()
      return
    }
    if (relays.size >= MAX_CONNECTIONS && !displace(relays)) {
      logger.warn({ address }, 'gsup connection refused: all places are taken')
      client.destroy()
      return
    }
    const relay = new Relay(client, address, options)
    relays.add(relay)
    client.once('close', () => relays.delete(relay))
  })
  await listen(server, host, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const relay of relays) relay.close()
      }),
  }
}

/** The one that has waited longest without a name makes room. False: all have named themselves. */
function displace(relays: Set<Relay>): boolean {
  for (const relay of relays) {
    if (relay.isNamed) continue
    relays.delete(relay)
    relay.close()
    return true
  }
  return false
}

/** An IPv4 address as people write it, also where the socket serves both families. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=[0-9.]+$)/, '')
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
