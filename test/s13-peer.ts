import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import {
  avp,
  avp3gpp,
  encodeMessage,
  group,
  s13Application,
  text,
  unsigned32,
} from '../src/edge/s13/encode.ts'

/** A message as a peer reads it: a decoder of its own, so that no mistake is shared with the edge's. */
export interface Message {
  readonly flags: number
  readonly command: number
  readonly application: number
  readonly hopByHop: number
  readonly endToEnd: number
  readonly avps: readonly Avp[]
  readonly bytes: Buffer
}

export interface Avp {
  readonly code: number
  readonly vendor: number
  readonly flags: number
  readonly data: Buffer
}

export function decodeMessage(bytes: Buffer): Message {
  if (bytes[0] !== 1 || bytes.readUIntBE(1, 3) !== bytes.length) throw new Error('header')
  return {
    flags: bytes[4]!,
    command: bytes.readUIntBE(5, 3),
    application: bytes.readUInt32BE(8),
    hopByHop: bytes.readUInt32BE(12),
    endToEnd: bytes.readUInt32BE(16),
    avps: decodeAvps(bytes.subarray(20)),
    bytes,
  }
}

export function decodeAvps(bytes: Buffer): Avp[] {
  const avps: Avp[] = []
  for (let rest = bytes; rest.length > 0;) {
    const [flags, length] = [rest[4]!, rest.readUIntBE(5, 3)]
    const header = flags & 0x80 ? 12 : 8
    const padded = Math.ceil(length / 4) * 4
    if (length < header || padded > rest.length) throw new Error('AVP length')
    const code = rest.readUInt32BE(0)
    const isOurs = code !== 284 // Proxy-Info comes back as it went
    if (isOurs && rest.subarray(length, padded).some((byte) => byte !== 0))
      throw new Error('padding')
    avps.push({
      code,
      vendor: header === 12 ? rest.readUInt32BE(8) : 0,
      flags,
      data: rest.subarray(header, length),
    })
    rest = rest.subarray(padded)
  }
  return avps
}

/** What an answer says: Result-Code, or the code inside Experimental-Result; Equipment-Status. */
export function said({ avps }: Message) {
  const number = (code: number, all = avps) =>
    all.find((one) => one.code === code)?.data.readUInt32BE()
  const experimental = avps.find(({ code }) => code === 297)
  return {
    result: number(268),
    experimental: experimental && number(298, decodeAvps(experimental.data)),
    status: number(1445),
  }
}

export interface Asked {
  readonly session?: string | null
  readonly imei?: string | null
  readonly svn?: string | null
  readonly imsi?: string | null
  readonly realm?: string | null
  readonly host?: string | null
  readonly extra?: readonly Buffer[]
  readonly flags?: number
  readonly command?: number
  readonly application?: number
  readonly hopByHop?: number
}

const NAME = { originHost: 'mme.example', originRealm: 'example' }

/** ME-Identity-Check-Request; null leaves an AVP away. */
export function encodeEcr(asked: Asked = {}): Buffer {
  const { session = 'mme.example;1;1;s13', imei = '00101701000001', svn = '01' } = asked
  const { imsi = '001010000000001', realm = 'example', host = null, extra = [] } = asked
  const terminal = group(
    ...(imei === null ? [] : [avp3gpp(1402, text(imei))]),
    ...(svn === null ? [] : [avp3gpp(1403, text(svn))]),
  )
  const { flags = 0xc0, command = 324, application = 16_777_252, hopByHop = 0x11 } = asked
  return encodeMessage({ flags, command, application, hopByHop, endToEnd: 0x22 }, [
    ...(session === null ? [] : [avp(263, text(session))]),
    s13Application(),
    avp(277, unsigned32(1)),
    avp(264, text(NAME.originHost)),
    avp(296, text(NAME.originRealm)),
    ...(realm === null ? [] : [avp(283, text(realm))]),
    ...(host === null ? [] : [avp(293, text(host))]),
    avp3gpp(1401, terminal),
    ...(imsi === null ? [] : [avp(1, text(imsi))]),
    ...extra,
  ])
}

export interface CerOptions {
  readonly originHost?: string
  readonly originRealm?: string
  readonly applications?: readonly Buffer[]
}

export function encodeCer(options: CerOptions = {}): Buffer {
  const { originHost, originRealm } = { ...NAME, ...options }
  const { applications = [avp(265, unsigned32(10_415)), s13Application()] } = options
  return encodeBase(257, [
    avp(264, text(originHost)),
    avp(296, text(originRealm)),
    avp(257, Buffer.from([0, 1, 192, 0, 2, 1])),
    avp(266, unsigned32(0)),
    avp(269, text('mme'), 0),
    avp(278, unsigned32(7)),
    ...applications,
  ])
}

export function encodeBase(command: number, avps: readonly Buffer[], flags = 0x80): Buffer {
  return encodeMessage({ flags, command, application: 0, hopByHop: 1, endToEnd: 2 }, avps)
}

const ORIGIN = [avp(264, text(NAME.originHost)), avp(296, text(NAME.originRealm))]
export const encodeDwr = (): Buffer => encodeBase(280, [...ORIGIN, avp(278, unsigned32(7))])
export const encodeDpr = (): Buffer => encodeBase(282, [...ORIGIN, avp(273, unsigned32(0))])

/** The answer 2001 to a DWR or DPR. */
export function encodeBaseAnswer({ command, hopByHop, endToEnd }: Message): Buffer {
  return encodeMessage({ flags: 0, command, application: 0, hopByHop, endToEnd }, [
    avp(268, unsigned32(2001)),
    ...ORIGIN,
  ])
}

/** An MME's side of a connection. Watchdogs are answered by hand. */
export class S13Peer implements AsyncDisposable {
  readonly socket: Socket
  /** Resolves once the connection is over. */
  readonly closed: Promise<void>
  readonly #messages: Message[] = []
  readonly #waiting: ((message: Message | null) => void)[] = []
  #rest: Buffer = Buffer.alloc(0)
  #isClosed = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => this.read(bytes))
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true
        for (const give of this.#waiting.splice(0)) give(null)
        resolve()
      })
    })
  }

  static async dial(port: number, options: { readonly localAddress?: string } = {}) {
    const socket = connectTcp({ port, host: '127.0.0.1', ...options })
    await once(socket, 'connect')
    return new S13Peer(socket)
  }

  static async dialTls(port: number, options: ConnectionOptions): Promise<S13Peer> {
    const socket = connectTls({ port, host: '127.0.0.1', ...options })
    await once(socket, 'secureConnect')
    return new S13Peer(socket)
  }

  /** Dials and exchanges capabilities. */
  static async open(port: number): Promise<S13Peer> {
    const peer = await S13Peer.dial(port)
    const answer = await peer.ask(encodeCer())
    if (answer === null || said(answer).result !== 2001) throw new Error('no CEA 2001')
    return peer
  }

  send(...messages: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(messages))
  }

  /** The next message, or null: the connection is over. */
  next(): Promise<Message | null> {
    const message = this.#messages.shift()
    if (message) return Promise.resolve(message)
    if (this.#isClosed) return Promise.resolve(null)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async ask(message: Buffer): Promise<Message | null> {
    this.send(message)
    return await this.next()
  }

  private read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    while (this.#rest.length >= 20) {
      const length = this.#rest.readUIntBE(1, 3)
      if (this.#rest.length < length) return
      const message = decodeMessage(this.#rest.subarray(0, length))
      this.#rest = this.#rest.subarray(length)
      const give = this.#waiting.shift()
      if (give) give(message)
      else this.#messages.push(message)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    await this.closed
  }
}
