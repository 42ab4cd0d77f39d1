import { connect, type ClientHttp2Session } from 'node:http2'
import { Refusal, type Imei14 } from '../core/index.ts'

const PATH = '/n5g-eir-eic/v1/equipment-status'

/** Asks an operator's register as a network does, over one lasting connection. */
export class RegisterProbe {
  readonly #url: string
  #session: ClientHttp2Session

  constructor(edgeUrl: string) {
    this.#url = edgeUrl
    this.#session = this.connected()
  }

  /** WHITELISTED, GREYLISTED or BLACKLISTED; else the cause or the bare status. */
  ask(imei: Imei14, imsi: string | null = null): Promise<string> {
    const subscriber = imsi === null ? '' : `&supi=imsi-${imsi}`
    return new Promise((resolve, reject) => {
      const stream = this.session().request({ ':path': `${PATH}?pei=imei-${imei}0${subscriber}` })
      let status = 0
      let text = ''
      stream.setEncoding('utf8')
      stream.on('response', (headers) => (status = headers[':status'] ?? 0))
      stream.on('data', (part: string) => (text += part))
      stream.on('error', () => reject(new Refusal('unavailable', 'the register does not answer')))
      stream.on('end', () => {
        const body =
          text === '' ? {} : (JSON.parse(text) as { status?: string | number; cause?: string })
        resolve(typeof body.status === 'string' ? body.status : String(body.cause ?? status))
      })
      stream.end()
    })
  }

  /** Milliseconds until the register says `word`, asked every few milliseconds. @throws {Refusal} timeout */
  async until(imei: Imei14, word: string, withinMs = 15_000): Promise<number> {
    const start = performance.now()
    for (;;) {
      if ((await this.ask(imei)) === word) return performance.now() - start
      if (performance.now() - start > withinMs)
        throw new Refusal('timeout', `the register did not say ${word} within ${withinMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  /** A register takes leave of connections on which nothing is asked. */
  private session(): ClientHttp2Session {
    if (this.#session.closed || this.#session.destroyed) this.#session = this.connected()
    return this.#session
  }

  private connected(): ClientHttp2Session {
    const session = connect(this.#url)
    session.on('error', () => undefined)
    return session
  }

  close(): void {
    this.#session.close()
  }
}
