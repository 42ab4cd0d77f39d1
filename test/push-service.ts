import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A browser's half of Web Push: its key and secret (RFC 8291 §3). */
export class TestBrowser {
  readonly #key = createECDH('prime256v1')
  readonly #auth: Buffer

  constructor(key?: Buffer, auth: Buffer = randomBytes(16)) {
    if (key) this.#key.setPrivateKey(key)
    else this.#key.generateKeys()
    this.#auth = auth
  }

  get keys() {
    return { p256dh: this.#key.getPublicKey('base64url'), auth: this.#auth.toString('base64url') }
  }

  /** What a message of one record says (RFC 8188 §2, RFC 8291 §3.4). @throws where it is not for this browser */
  open(message: Buffer): string {
    const salt = message.subarray(0, 16)
    const length = message[20]!
    const sender = message.subarray(21, 21 + length)
    const sealed = message.subarray(21 + length)
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#key.getPublicKey(), sender])
    const shared = this.#key.computeSecret(sender)
    const secret = Buffer.from(hkdfSync('sha256', shared, this.#auth, info, 32))
    const derived = (what: string, bytes: number) =>
      Buffer.from(
        hkdfSync('sha256', secret, salt, Buffer.from(`Content-Encoding: ${what}\0`), bytes),
      )
    const cipher = createDecipheriv('aes-128-gcm', derived('aes128gcm', 16), derived('nonce', 12))
    cipher.setAuthTag(sealed.subarray(-16))
    const padded = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
    const end = padded.lastIndexOf(2) // the delimiter of the last record
    if (end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('padding')
    return padded.subarray(0, end).toString()
  }
}

/** What a push service was handed. */
export interface Pushed {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** Claims of the sender's token, whose signature holds under `key` (RFC 8292). */
  readonly claims: { readonly aud: string; readonly exp: number; readonly sub: string }
  readonly key: string
}

/** How the service ends a request: a status, or without a word. */
export type Ending = number | 'dies' | 'endless' | { readonly redirect: string }

/** A push service on a socket of its own. */
export class PushService implements AsyncDisposable {
  readonly got: Pushed[] = []
  ending: Ending = 201
  readonly #server = createServer((request, response) => void this.#take(request, response))

  static async start(): Promise<PushService> {
    const service = new PushService()
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve))
    return service
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { headers, url: path = '' } = request
    const { claims, key } = vapidOf(headers.authorization ?? '')
    this.got.push({ path, headers, body: Buffer.concat(chunks), claims, key })
    const { ending } = this
    if (ending === 'dies') request.socket.destroy()
    else if (ending === 'endless') {
      response.writeHead(201)
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    } else if (typeof ending === 'object')
      response.writeHead(307, { location: ending.redirect }).end()
    else response.writeHead(ending).end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** @throws where the token does not verify under the key beside it */
function vapidOf(header: string) {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=([A-Za-z0-9_-]+)$/.exec(header) ?? []
  const [head = '', body = '', signature = ''] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const half = (from: number) => point.subarray(from, from + 32).toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: half(1), y: half(33) }
  const holds = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString())
  if (!holds || alg !== 'ES256') throw new Error('no token of the key beside it')
  return { key, claims: JSON.parse(Buffer.from(body, 'base64url').toString()) as Pushed['claims'] }
}
