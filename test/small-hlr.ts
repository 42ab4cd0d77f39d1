import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { ipa } from './gsup-client.ts'

const ID_GET = ipa('fe', '04 0108 0107 0102 0103 0104 0105 0101 0100')
const ANSWERS: Readonly<Record<string, string>> = { '00': '01', '06': '06' }

/**
 * As much of an HLR as a proxy can notice: it asks for names, answers pings, lets every phone in,
 * and gives any other GSUP message back as it came.
 */
export class SmallHlr implements AsyncDisposable {
  readonly sockets = new Set<Socket>()
  /** What it was sent, frame by frame, by connection. */
  readonly received: string[][] = []
  readonly #server: Server

  private constructor() {
    this.#server = createServer((socket) => this.serve(socket))
  }

  static async start(): Promise<SmallHlr> {
    const hlr = new SmallHlr()
    await new Promise<void>((resolve) => hlr.#server.listen(0, '127.0.0.1', resolve))
    return hlr
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Every frame of every connection. */
  get all(): readonly string[] {
    return this.received.flat()
  }

  private serve(socket: Socket): void {
    const frames: string[] = []
    this.received.push(frames)
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => this.sockets.delete(socket))
    socket.write(Buffer.from(ID_GET, 'hex'))
    let bytes = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length >= 3 && bytes.length >= 3 + bytes.readUInt16BE(0)) {
        const frame = bytes.subarray(0, 3 + bytes.readUInt16BE(0))
        bytes = bytes.subarray(frame.length)
        frames.push(frame.toString('hex'))
        this.answer(socket, frame)
      }
    })
  }

  private answer(socket: Socket, frame: Buffer): void {
    const [protocol, first, type] = frame.subarray(2)
    if (protocol === 0xfe) {
      const word = ANSWERS[frame.toString('hex', 3, 4)]
      if (word !== undefined) socket.write(Buffer.from(ipa('fe', word), 'hex'))
    } else if (first === 5 && type === 0x30) {
      const imsi = frame.toString('hex', 5, 7 + frame[6]!)
      socket.write(Buffer.from(ipa('ee', `05 32 ${imsi} 510100 0a0101`), 'hex'))
    } else socket.write(frame)
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
