import { connect, type Socket } from 'node:net'

/** RFC 9113 §3.4, with empty SETTINGS. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')
const [HEADERS, CONTINUATION] = [1, 9]
const [END_STREAM, END_HEADERS] = [1, 4]
const MAX_FRAME = 16_384

/** RFC 9113 §4.1. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.set([type, flags, 0, 0, 0, stream], 3)
  return Buffer.concat([head, payload])
}

/** RFC 7541 §6.2.2: a literal that is not indexed, its name of the static table or spelled out. */
function literal(name: number | string, value: string): Buffer {
  const text = (of: string) => {
    const { length } = of
    if (length < 127) return Buffer.from([length, ...Buffer.from(of)])
    const rest = length - 127 // §5.1, for less than 16,511
    const [low, high] = [(rest & 0x7f) | 0x80, rest >> 7]
    return Buffer.from([0x7f, low, high, ...Buffer.from(of)])
  }
  const named = typeof name === 'number' ? Buffer.from([name]) : Buffer.from([0, ...text(name)])
  return Buffer.concat([named, text(value)])
}

/** A connection of its own that acknowledges no SETTINGS: bytes, and no library that keeps state for each. */
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

  /** @param more header fields besides, each shorter than 16,511 bytes */
  get(path: string, { stream = 1, more = {} as Readonly<Record<string, string>> } = {}): void {
    // RFC 7541 appendix A: indexed `:method: GET` and `:scheme: http`, then authority and path.
    const own = [Buffer.from([0x82, 0x86]), literal(0x01, 'x'), literal(0x04, path)]
    const block = Buffer.concat([
      ...own,
      ...Object.entries(more).map(([name, value]) => literal(name, value)),
    ])
    for (let at = 0; at < block.length; at += MAX_FRAME) {
      const end = at + MAX_FRAME >= block.length ? END_HEADERS : 0
      const [type, flags] = at === 0 ? [HEADERS, END_STREAM] : [CONTINUATION, 0]
      this.#socket.write(frame(type, flags | end, stream, block.subarray(at, at + MAX_FRAME)))
    }
  }

  has(text: string): boolean {
    return this.#received.includes(text)
  }

  close(): void {
    this.#socket.destroy()
  }
}
