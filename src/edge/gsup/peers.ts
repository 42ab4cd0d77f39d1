import type { Asker } from '../checks.ts'

/** Who may ask, by where it comes from, by the name it gives itself, or by both. */
export interface GsupPeer {
  /** Source address; left out: any, so the name alone decides. */
  readonly address?: string
  /** Serial number of its IPA identity (`ipa-name`); left out: any. */
  readonly name?: string
  readonly asker: Asker
}

/** Whether a connection from here can turn out to be one of the peers. */
export function mayConnect(peers: readonly GsupPeer[], address: string): boolean {
  return peers.some((peer) => comesFrom(peer, address))
}

/** The first peer of the list that this is. */
export function askerOf(
  peers: readonly GsupPeer[],
  address: string,
  name: string | null,
): Asker | undefined {
  return peers.find(
    (peer) => comesFrom(peer, address) && (peer.name === undefined || peer.name === name),
  )?.asker
}

function comesFrom(peer: GsupPeer, address: string): boolean {
  return peer.address === undefined || peer.address === address
}
