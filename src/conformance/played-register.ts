import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { RegisterWord } from './case.ts'

/** The operator's equipment register as a network's AMF asks it (TS 29.511): hears which number a phone gives. */
export class PlayedRegister {
  readonly #server: Http2Server
  readonly #sessions = new Set<ServerHttp2Session>()
  /** 14 digits of each question since they were last taken. */
  #asked: string[] = []
  answer: RegisterWord = 'WHITELISTED'

  constructor() {
    this.#server = createServer()
    this.#server.on('session', (session) => {
      this.#sessions.add(session)
      session.on('error', () => undefined)
      session.on('close', () => this.#sessions.delete(session))
    })
    this.#server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined)
      const pei = /[?&]pei=imei(?:sv)?-([0-9]{14})/.exec(headers[':path'] ?? '')
      this.#asked.push(pei?.[1] ?? 'none')
      const isUnknown = this.answer === 'unknown'
      const body = isUnknown ? { cause: 'ERROR_EQUIPMENT_UNKNOWN' } : { status: this.answer }
      const type = isUnknown ? 'application/problem+json' : 'application/json'
      stream.respond({ ':status': isUnknown ? 404 : 200, 'content-type': type })
      stream.end(JSON.stringify(body))
    })
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  takeAsked(): readonly string[] {
    const asked = this.#asked
    this.#asked = []
    return asked
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
