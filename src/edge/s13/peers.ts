import { BlockList, isIP, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { demand } from '../../core/index.ts'
import type { Asker } from '../checks.ts'

/** Somebody who may ask: an MME, an SGSN, or a relay in front of them (A36). */
export interface Peer {
  /** As its capabilities exchange names it; compared without case. */
  readonly originHost: string
  readonly realm: string
  /** Where it dials from. Without TLS there is at least one. */
  readonly addresses: readonly string[]
  /** What its certificate must name; null without TLS. */
  readonly tlsName: string | null
  /** Whose it is, for the operator's own log. */
  readonly operator: string
  /** Where its network stands: ISO 3166 country, PLMN. No message of a peer changes that. */
  readonly country: string
  readonly network: string
}

/** A peer of the list, with what is looked up once. */
export interface ListedPeer extends Peer {
  readonly asker: Asker
}

/** What a capabilities exchange claims. */
export interface Claim {
  readonly originHost: string
  readonly originRealm: string
}

/** Why a claim is not believed; for our own log only. */
export type Disbelief = 'origin-host' | 'realm' | 'address' | 'certificate'

// A DiameterIdentity is a host name (RFC 6733 §4.3.1).
const HOST = /^[0-9a-z](?:[0-9a-z.-]{0,253}[0-9a-z])?$/i

export function isDiameterIdentity(text: string): boolean {
  return HOST.test(text)
}

/** The operator's list of peers. @throws {Refusal} config */
export class PeerList {
  readonly #peers = new Map<string, ListedPeer>()
  readonly #addresses = new Map<ListedPeer, BlockList>()
  readonly #all = new BlockList()
  #hasAnywhere = false

  constructor(peers: readonly Peer[], hasTls: boolean) {
    for (const peer of peers) this.add(peer, hasTls)
  }

  private add(peer: Peer, hasTls: boolean): void {
    const { originHost, realm, addresses, tlsName, country, network } = peer
    demand(
      isDiameterIdentity(originHost) && isDiameterIdentity(realm),
      'config',
      'an S13 peer has no Origin-Host or realm',
    )
    const name = originHost.toLowerCase()
    demand(!this.#peers.has(name), 'config', 'an S13 peer is listed twice')
    demand(
      (tlsName !== null) === hasTls,
      'config',
      'every S13 peer has a TLS name where TLS is spoken, and only there',
    )
    demand(
      hasTls || addresses.length > 0,
      'config',
      'an S13 peer without TLS has no source address',
    )
    demand(
      addresses.every((address) => isIP(address) !== 0),
      'config',
      'not an IP address',
    )
    const listed = { ...peer, asker: { peer: name, country, network } }
    this.#peers.set(name, listed)
    const list = new BlockList()
    for (const address of addresses) {
      list.addAddress(address, familyOf(address))
      this.#all.addAddress(address, familyOf(address))
    }
    this.#hasAnywhere ||= addresses.length === 0
    this.#addresses.set(listed, list)
  }

  /** The peer a connection belongs to, by name, realm, and where it comes from. */
  recognise({ originHost, originRealm }: Claim, socket: Socket): ListedPeer | Disbelief {
    const peer = this.#peers.get(originHost.toLowerCase())
    if (!peer) return 'origin-host'
    if (peer.realm.toLowerCase() !== originRealm.toLowerCase()) return 'realm'
    const address = socket.remoteAddress ?? ''
    if (peer.addresses.length > 0 && !isOn(this.#addresses.get(peer)!, address)) return 'address'
    if (peer.tlsName !== null && !isCertified(socket, peer.tlsName)) return 'certificate'
    return peer
  }

  /** Whether a connection from here can turn out to be a peer's. */
  mayDial(address: string): boolean {
    return this.#hasAnywhere || isOn(this.#all, address)
  }
}

function isOn(list: BlockList, address: string): boolean {
  const [unzoned] = address.split('%') as [string, ...string[]]
  return isIP(unzoned) !== 0 && list.check(unzoned, familyOf(unzoned))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}

/** The certificate chains to the operator's authority already; a wildcard names nobody. */
function isCertified(socket: Socket, name: string): boolean {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return false
  const certificate = socket.getPeerX509Certificate()
  return certificate?.checkHost(name, { wildcards: false, subject: 'default' }) !== undefined
}
