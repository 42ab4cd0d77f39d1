import { connect, type Socket } from 'node:net'

/** RFC 9113 §3.4, with empty SETTINGS. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')
const [HEADERS, END_STREAM_AND_HEADERS] = [1, 5]

/** RFC 9113 §4.1. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  return Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream, ...payload])
}

/** A GET on stream 1 over a connection of its own: bytes, and no library that keeps state for each. */
export class RawConnection {
  readonly #socket: Socket
  #received = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => (this.#received += bytes.toString('latin1')))
    socket.on('error', () => undefined)
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    socket.write(PREFACE)
    return new RawConnection(socket)
  }

  /** @param path shorter than 127 bytes */
  get(path: string): void {
    // RFC 7541: indexed `:method: GET` and `:scheme: http`, then literals for authority and path.
    const literal = (index: number, text: string) => [index, text.length, ...Buffer.from(text)]
    const block = [0x82, 0x86, ...literal(0x01, 'x'), ...literal(0x04, path)]
    this.#socket.write(frame(HEADERS, END_STREAM_AND_HEADERS, 1, Uint8Array.from(block)))
  }

  has(text: string): boolean {
    return this.#received.includes(text)
  }

  close(): void {
    this.#socket.destroy()
  }
}
