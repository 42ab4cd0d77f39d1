import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { TpmAddress } from '../tpm/link.ts'

/** What is said to a command: bytes, nothing, or good-bye. */
export type Said = Uint8Array | 'nothing' | 'hang-up'

/** Something that listens where a TPM should, and says to each command what the test wants. */
export class FakeTpm implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Array<Socket>()
  readonly address: TpmAddress
  /** Commands so far, whole. */
  readonly heard: Uint8Array[] = []

  private constructor(server: Server, timeoutMs: number) {
    this.#server = server
    this.address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, timeoutMs }
  }

  static async start(
    say: (command: Uint8Array, nth: number) => Said,
    timeoutMs = 100,
  ): Promise<FakeTpm> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const tpm = new FakeTpm(server, timeoutMs)
    server.on('connection', (socket) => {
      tpm.#sockets.push(socket)
      socket.on('error', () => undefined) // the store hangs up at the first doubt
      socket.on('data', (command: Uint8Array) => {
        tpm.heard.push(command)
        const said = say(command, tpm.heard.length)
        if (said === 'hang-up') socket.end()
        else if (said !== 'nothing') socket.write(said)
      })
    })
    return tpm
  }

  /** Speaks unasked, on the connection of that number, whether or not anybody still holds it. */
  sayTo(connection: number, bytes: Uint8Array): void {
    this.#sockets[connection]?.write(bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
