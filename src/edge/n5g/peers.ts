import type { Clock } from '../../host/index.ts'
import type { Asker } from '../checks.ts'
import type { Counters, PeerCounters } from '../counters.ts'
import { RateLimit } from './rate-limit.ts'

/** Somebody who asks, by a name that others vouch for. */
export interface Peer {
  readonly asker: Asker
  readonly counters: Counters
  readonly rate: RateLimit
}

export interface PeersOptions {
  /** Where the asking networks stand: this interface serves one operator's own core. */
  readonly country: string
  readonly network: string
  readonly counters: PeerCounters
  readonly perPeerPerSecond: number
  readonly clock: Clock
}

/** Peers remembered by name, as many as are counted by name; the others share a rate. */
const MAX_PEERS = 1_000

export class Peers {
  readonly #options: PeersOptions
  readonly #peers = new Map<string, Peer>()
  readonly #others: RateLimit

  constructor(options: PeersOptions) {
    this.#options = options
    this.#others = this.newRate()
  }

  of(name: string): Peer {
    const known = this.#peers.get(name)
    if (known) return known
    const isRoom = this.#peers.size < MAX_PEERS
    const { country, network, counters } = this.#options
    const peer: Peer = {
      asker: { peer: name, country, network },
      counters: counters.of(name),
      rate: isRoom ? this.newRate() : this.#others,
    }
    if (isRoom) this.#peers.set(name, peer)
    return peer
  }

  private newRate(): RateLimit {
    return new RateLimit(this.#options.perPeerPerSecond, this.#options.clock)
  }
}
