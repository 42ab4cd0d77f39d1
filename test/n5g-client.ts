import {
  connect,
  type ClientHttp2Session,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2'

export interface N5gAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly json: Record<string, unknown>
}

const PATH = '/n5g-eir-eic/v1/equipment-status'

/** An AMF's side of N5g-eir: HTTP/2 with prior knowledge, or over TLS. */
export class N5gClient implements AsyncDisposable {
  readonly session: ClientHttp2Session

  constructor(url: string, tls: SecureClientSessionOptions = {}) {
    this.session = connect(url, tls)
    this.session.on('error', () => undefined)
  }

  check(query: string): Promise<N5gAnswer> {
    return this.request({ ':path': PATH + query })
  }

  async status(imei14: string): Promise<unknown> {
    const { json } = await this.check(`?pei=imei-${imei14}0`)
    return json['status']
  }

  request(headers: OutgoingHttpHeaders): Promise<N5gAnswer> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request({ ':method': 'GET', ...headers })
      let [answered, body] = [{} as Record<string, unknown>, '']
      stream.on('response', (all) => (answered = { ...all }))
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => (body += text))
      stream.on('error', reject)
      stream.on('end', () => {
        const json = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)
        resolve({ status: Number(answered[':status']), headers: answered, body, json })
      })
      stream.end()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.session.destroyed) resolve()
      else this.session.close(() => resolve())
    })
  }
}
