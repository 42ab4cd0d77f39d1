import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  Refusal,
  fromBase64,
  readEat,
  signStatusToken,
  thumbprint,
  toBase64,
  type Eat,
  type Signer,
  type StatusToken,
} from '../../core/index.ts'
import { machine, nodeVerifiers } from '../../host/index.ts'
import type { Home } from '../secure-store.ts'
import type { DemoLog } from './demo-log.ts'

type Answer = { readonly status: number; readonly body: unknown }

/** Just enough of a registry for one phone: what it says is set by the test, and may be a lie. */
export class DemoRegistry {
  readonly #log: DemoLog
  readonly #server: Server
  readonly #nonces = new Set<string>()
  /** What a phone is to be told, in order. */
  bundles: Uint8Array[] = []
  /** Said to be newer root documents than the phone's. */
  roots: Uint8Array[] = []
  /** Refuses activation with this code. */
  refuses: 'activation-refused' | 'counter-went-back' | null = null
  /** Lies about the token. */
  bend: (token: StatusToken) => StatusToken = (token) => token
  signers: readonly Signer[]
  certificates: readonly Uint8Array[]
  /** Where it says that the phone is at home. */
  home: Home
  readonly asked: string[] = []
  readonly eats: Eat[] = []
  lastRequest: unknown = null

  constructor(log: DemoLog) {
    this.#log = log
    const { national, registry, certificates } = log.founding
    this.signers = registry.map(({ signer }) => signer)
    this.certificates = certificates
    this.home = { log: log.origin, authority: national.sub }
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { status, body } = this.#answer(request.url ?? '', Buffer.concat(chunks).toString())
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      })
    })
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #answer(path: string, text: string): Answer {
    this.asked.push(path)
    try {
      const request = JSON.parse(text) as { eat?: string }
      this.lastRequest = request
      if (path === '/v1/nonces') return { status: 200, body: { nonce: this.#nonce() } }
      const eat = this.#readEat(request.eat ?? '')
      if (path === '/v1/device-status') return { status: 200, body: this.#status(eat) }
      if (path === '/v1/activations') return { status: 200, body: this.#activation(eat) }
      const { home } = this
      return { status: 200, body: { index: 7, state: 'protected', card: 'ABCDEFGHJK', home } }
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'internal'
      return { status: 422, body: { code, detail: 'refused' } }
    }
  }

  #nonce(): string {
    const nonce = toBase64(machine.random(32))
    this.#nonces.add(nonce)
    return nonce
  }

  #readEat(text: string): Eat {
    const eat = readEat(fromBase64(text), nodeVerifiers().es256)
    if (!this.#nonces.delete(toBase64(eat.nonce))) throw new Refusal('token-nonce', 'not ours')
    this.eats.push(eat)
    return eat
  }

  #status(eat: Eat) {
    const { bundles, roots } = this
    return { state: eat.state, roots: roots.map(toBase64), bundles: bundles.map(toBase64) }
  }

  #activation(eat: Eat) {
    const { refuses } = this
    if (refuses === 'counter-went-back') this.refuses = null // the phone asks again, knowing more
    if (refuses) throw new Refusal(refuses, 'not free')
    const token: StatusToken = {
      dak: thumbprint(eat.dak),
      state: 'protected',
      ctr: eat.ctr,
      treeSize: this.#log.size,
      root: new Uint8Array(32),
      nonce: eat.nonce,
      exp: this.#log.now + 3600,
    }
    return {
      token: toBase64(signStatusToken(this.bend(token), this.signers)),
      certificates: this.certificates.map(toBase64),
      roots: this.roots.map(toBase64),
    }
  }
}
