import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { TpmAddress } from '../tpm/link.ts'

/** At which command the power goes, and whether the TPM still did that one. */
export interface Cut {
  /** The first is 1. */
  readonly at: number
  readonly isDone: boolean
  /** Instead of a cut, something else is heard than what the TPM said; then all is well again. */
  readonly hears?: (answer: Uint8Array) => Uint8Array
}

/** A wire to a real TPM that can be cut at any command, and from then on is dead, or that lies once. */
export class TpmRelay implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly address: TpmAddress
  #cut: Cut | null = null
  #isDead = false
  /** Commands since the cut was set. */
  commands = 0

  private constructor(server: Server) {
    this.#server = server
    const { port } = server.address() as AddressInfo
    this.address = { host: '127.0.0.1', port, timeoutMs: 30_000 }
  }

  static async to({ host, port }: TpmAddress): Promise<TpmRelay> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const relay = new TpmRelay(server)
    server.on('connection', (near) => {
      if (relay.#isDead) near.destroy()
      else relay.#join(near, connect({ host, port, noDelay: true }))
    })
    return relay
  }

  /** Null: mended. */
  cut(cut: Cut | null): void {
    this.#cut = cut
    this.#isDead = false
    this.commands = 0
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => (other.destroy(), this.#sockets.delete(socket)))
    }
    // The store sends one command at a time, and each is one write on the loopback.
    near.on('data', (command) => {
      this.commands++
      const isNow = this.#cut?.at === this.commands
      if (isNow && !this.#cut!.hears) this.#isDead = true
      if (isNow && !this.#cut!.isDone) near.destroy()
      else far.write(command)
    })
    far.on('data', (answer) => {
      const { at = 0, hears } = this.#cut ?? {}
      if (this.#isDead) near.destroy()
      else near.write(hears && at === this.commands ? hears(answer) : answer)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
