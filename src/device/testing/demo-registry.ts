import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  BINDING_TYPE,
  Refusal,
  decodeCbor,
  fromBase64,
  parseCoseKey,
  parseDocument,
  readEat,
  readOwnerRequest,
  signResetTicket,
  sha256,
  signPairingToken,
  signStatusToken,
  thumbprint,
  toBase64,
  type Eat,
  type OwnerRequest,
  type ResetTicket,
  type PairingToken,
  type Signer,
  type StatusToken,
} from '../../core/index.ts'
import { machine, nodeVerifiers } from '../../host/index.ts'
import type { NoticeAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { Home } from '../secure-store.ts'
import type { DemoLog } from './demo-log.ts'

type Asked = {
  readonly eat?: string
  readonly request?: string
  readonly key?: string
  readonly binding?: string
}
type Answer = { readonly status: number; readonly body: unknown }

/** Just enough of a registry for one phone: what it says is set by the test, and may be a lie. */
export class DemoRegistry {
  readonly #log: DemoLog
  readonly #server: Server
  readonly #nonces = new Set<string>()
  /** What a phone is to be told, in order. */
  bundles: Uint8Array[] = []
  /** Proofs of sales it is to be told. */
  sales: Uint8Array[] = []
  /** Said to be newer root documents than the phone's. */
  roots: Uint8Array[] = []
  /** Refuses activation with this code. */
  refuses: 'activation-refused' | 'counter-went-back' | null = null
  /** Lies about the token. */
  bend: (token: StatusToken) => StatusToken = (token) => token
  /** Until when an act still waits, Unix seconds; null: a ticket is given. */
  waits: number | null = null
  /** Lies about the ticket. */
  bendTicket: (ticket: ResetTicket) => ResetTicket = (ticket) => ticket
  /** What was signed by the phone about acts that wait. */
  readonly requests: OwnerRequest[] = []
  notice: z.infer<typeof NoticeAnswer> | null = null
  /** What the owner lets the phone say. */
  words: Uint8Array | null = null
  /** Lies about the token of a pairing. */
  bendPairing: (token: PairingToken) => PairingToken = (token) => token
  /** The tree it shows beside the token; the log's, cosigned now, where none is set. */
  checkpoint: string | undefined
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
      const request = JSON.parse(text) as Asked
      this.lastRequest = request
      if (path === '/v1/nonces') return { status: 200, body: { nonce: this.#nonce() } }
      if (path.startsWith('/v1/wait'))
        return { status: 200, body: this.#wait(path, fromBase64(request.request ?? '')) }
      const eat = this.#readEat(request.eat ?? '')
      if (path === '/v1/device-status') return { status: 200, body: this.#status(eat) }
      if (path === '/v1/pairings') return { status: 200, body: this.#pairing(eat, request) }
      if (path === '/v1/activations') return { status: 200, body: this.#activation(eat) }
      const { home } = this
      return { status: 200, body: { index: 7, state: 'protected', card: 'ABCDEFGHJK', home } }
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'internal'
      const facts = error instanceof Refusal ? error.facts : {}
      return { status: 422, body: { code, detail: 'refused', facts } }
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

  /** Waits and tickets, for whoever holds the key that attested last. */
  #wait(path: string, document: Uint8Array) {
    const { dak } = this.eats.at(-1)!
    const asked = readOwnerRequest(document, dak, { verify: nodeVerifiers().es256 })
    if (!this.#nonces.delete(toBase64(asked.nonce))) throw new Refusal('token-nonce', 'not ours')
    this.requests.push(asked)
    const act = asked.act ?? 'reset'
    if (path !== '/v1/wait-tickets')
      return { act, stage: 'requested', requestedAt: new Date(0).toISOString(), readyAt: null }
    if (this.waits) throw new Refusal('reset-pending', 'wait', { readyAtSeconds: this.waits })
    const ticket: ResetTicket = {
      act,
      dak: thumbprint(dak),
      nonce: asked.nonce,
      ctr: asked.ctr ?? 0,
      exp: this.#log.now + 600,
    }
    return {
      ticket: toBase64(signResetTicket(this.bendTicket(ticket), this.signers[0]!)),
      certificates: this.certificates.map(toBase64),
    }
  }

  #status(eat: Eat) {
    const { bundles, sales, roots, notice, words } = this
    return {
      state: eat.state,
      roots: roots.map(toBase64),
      bundles: bundles.map(toBase64),
      sales: sales.map(toBase64),
      notice,
      words: words && toBase64(words),
      again: null,
    }
  }

  #pairing(eat: Eat, { key = '', binding = '' }: Asked) {
    const { payload } = parseDocument(fromBase64(binding), BINDING_TYPE)
    const token: PairingToken = {
      binding: sha256(payload),
      part: thumbprint(parseCoseKey(decodeCbor(fromBase64(key)))),
      dak: thumbprint(eat.dak),
      treeSize: this.#log.size,
      root: new Uint8Array(32),
      nonce: eat.nonce,
      exp: this.#log.now + 3600,
    }
    return {
      token: toBase64(signPairingToken(this.bendPairing(token), this.signers[0]!)),
      certificates: this.certificates.map(toBase64),
      roots: this.roots.map(toBase64),
    }
  }

  #activation(eat: Eat) {
    const { refuses, checkpoint = this.#log.checkpoint() } = this
    if (refuses === 'counter-went-back') this.refuses = null // the phone asks again, knowing more
    if (refuses) throw new Refusal(refuses, 'not free')
    const token: StatusToken = {
      dak: thumbprint(eat.dak),
      state: 'protected',
      ctr: eat.ctr,
      treeSize: this.#log.size,
      root: this.#log.root,
      nonce: eat.nonce,
      exp: this.#log.now + 3600,
    }
    return {
      token: toBase64(signStatusToken(this.bend(token), this.signers)),
      checkpoint,
      certificates: this.certificates.map(toBase64),
      roots: this.roots.map(toBase64),
    }
  }
}
