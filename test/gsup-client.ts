import { connect, type Socket } from 'node:net'

const CCM = 'fe'
const ID_ACK = '06'

/** A frame in hex, from a payload in hex with spaces for people. */
export function ipa(protocol: string, payload: string): string {
  const bytes = payload.replaceAll(' ', '')
  return (bytes.length / 2).toString(16).padStart(4, '0') + protocol + bytes
}

export const gsup = (message: string) => ipa('ee', `05${message}`)

const tag = (number: string, text: string) => {
  const value = Buffer.from(`${text}\0`).toString('hex')
  return (value.length / 2 + 1).toString(16).padStart(4, '0') + number + value
}

/** An MSC's identity response: unit, unit name and serial number, as Osmocom's programs give them. */
export const identity = (name: string) =>
  ipa(CCM, `05 ${tag('08', '0/0/0')}${tag('01', 'MSC')}${tag('00', name)}`)

export interface GsupAddress {
  readonly host: string
  readonly port: number
  /** Where it connects from. */
  readonly localAddress?: string
}

/** An MSC's side of GSUP, its messages and answers in hex. */
export class GsupClient implements Disposable {
  readonly socket: Socket
  readonly closed: Promise<void>
  #bytes = ''
  #arrived: () => void = () => undefined
  #isClosed = false

  constructor(address: GsupAddress) {
    this.socket = connect(address)
    this.socket.on('error', () => undefined)
    this.socket.on('data', (chunk) => {
      this.#bytes += chunk.toString('hex')
      this.#arrived()
    })
    this.closed = new Promise((resolve) =>
      this.socket.once('close', () => {
        this.#isClosed = true
        this.#arrived()
        resolve()
      }),
    )
  }

  /** Connected, named and acknowledged. */
  static async open(address: GsupAddress, name = 'msc-1'): Promise<GsupClient> {
    const client = new GsupClient(address)
    await client.next() // who are you?
    client.send(identity(name) + ipa(CCM, ID_ACK))
    await client.next() // ID_ACK
    return client
  }

  send(hex: string): void {
    this.socket.write(Buffer.from(hex, 'hex'))
  }

  async ask(hex: string): Promise<string> {
    this.send(hex)
    return this.next()
  }

  /** The next frame; 'closed' where none comes any more. */
  async next(): Promise<string> {
    for (;;) {
      const length = 6 + 2 * Number.parseInt(this.#bytes.slice(0, 4), 16)
      if (this.#bytes.length >= length) {
        const frame = this.#bytes.slice(0, length)
        this.#bytes = this.#bytes.slice(length)
        return frame
      }
      if (this.#isClosed) return 'closed'
      await new Promise<void>((resolve) => (this.#arrived = resolve))
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}
