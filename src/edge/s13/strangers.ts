import type { Socket } from 'node:net'

/** Of those who dial from an address of the list, and of all others. */
const MOST = 256

/**
 * Connections that have not named a listed peer. Of more, the one that waits longest is cut; a crowd from
 * anywhere else displaces nobody who dials from where a peer may.
 */
export class Strangers {
  readonly #mayDial: (address: string) => boolean
  readonly #onDisplaced: () => void
  /** By remote end: a TLS socket and the one below it have the same. */
  readonly #near = new Map<string, Socket>()
  readonly #far = new Map<string, Socket>()

  constructor(mayDial: (address: string) => boolean, onDisplaced: () => void) {
    this.#mayDial = mayDial
    this.#onDisplaced = onDisplaced
  }

  add(socket: Socket): void {
    const key = remoteOf(socket)
    const own = this.#mayDial(socket.remoteAddress ?? '') ? this.#near : this.#far
    if (own.size >= MOST) this.displace(own)
    own.set(key, socket)
    socket.once('close', () => {
      if (own.get(key) === socket) own.delete(key)
    })
  }

  know(socket: Socket): void {
    this.#near.delete(remoteOf(socket))
    this.#far.delete(remoteOf(socket))
  }

  cut(): void {
    for (const socket of [...this.#near.values(), ...this.#far.values()]) socket.destroy()
  }

  private displace(own: Map<string, Socket>): void {
    const [[key, oldest]] = own as unknown as [[string, Socket]]
    own.delete(key)
    this.#onDisplaced()
    oldest.destroy()
  }
}

function remoteOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
