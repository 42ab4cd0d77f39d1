import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  Refusal,
  demand,
  fromBase64,
  readEat,
  signStatusToken,
  thumbprint,
  toBase64,
  type Eat,
  type PublicKey,
  type Signer,
  type StatusToken,
} from '../core/index.ts'
import { nodeVerifiers } from '../host/index.ts'
import { PROBLEMS, PairingRequest } from '../wire/index.ts'
import type { Lie } from './case.ts'
import type { CaseLog } from './case-log.ts'
import { Constellation } from './constellation.ts'
import type { Issued } from './issue.ts'
import { PlayedPairings } from './played-pairings.ts'
import { PlayedParts } from './played-parts.ts'
import { PlayedWaits } from './played-waits.ts'

const MAX_REQUEST = 256 * 1024
const DAY = 86_400

/**
 * The registry a phone of this run asks, by the device protocol itself: it verifies what the phone
 * says under the phone's own key, so that state and counter are seen and not told.
 */
export class PlayedRegistry {
  readonly #world: Constellation
  readonly #verify = nodeVerifiers().es256
  readonly #nonces = new Set<string>()
  #server: Server | null = null
  #port = 0
  #log: CaseLog
  waits: PlayedWaits
  parts: PlayedParts
  #pairings: PlayedPairings
  /** The list of stolen parts it hands out; null: none that is newer. */
  list: Uint8Array | null = null
  /** Orders it hands to a phone that asks, oldest first. */
  told: Issued[] = []
  /** Proofs of sales it hands out as well. */
  sales: Uint8Array[] = []
  lie: Lie | null = null
  #dak: PublicKey | null = null
  /** Verified statements since they were last taken. */
  #eats: Eat[] = []

  constructor(world: Constellation, log: CaseLog) {
    this.#world = world
    this.#log = log
    this.waits = new PlayedWaits(world, log, this.#verify)
    this.parts = new PlayedParts(world, log)
    this.#pairings = new PlayedPairings(world, log, this.parts, this.#verify)
  }

  /** Another case: nothing of the one before is known. */
  begin(log: CaseLog): void {
    this.#log = log
    this.waits = new PlayedWaits(this.#world, log, this.#verify)
    this.parts = new PlayedParts(this.#world, log)
    this.#pairings = new PlayedPairings(this.#world, log, this.parts, this.#verify)
    this.list = null
    this.told = []
    this.sales = []
    this.lie = null
    this.#eats = []
    this.#nonces.clear()
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** What phones have said of themselves since this was last asked. */
  takeEats(): readonly Eat[] {
    const eats = this.#eats
    this.#eats = []
    return eats
  }

  /** Listens; a second time on the port it had. */
  async up(): Promise<void> {
    if (this.#server) return
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      let size = 0
      request.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_REQUEST) request.destroy()
        else chunks.push(chunk)
      })
      request.on('end', () => {
        if (request.method === 'GET') return this.#give(request.url ?? '', response)
        const { status, body } = this.#answer(request.url ?? '', Buffer.concat(chunks).toString())
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      })
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Gone, as if its house had lost power. */
  async down(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = null
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  /** What anybody may fetch: the list of stolen parts. */
  #give(path: string, response: ServerResponse): void {
    const isList = this.list !== null && path.startsWith('/v1/part-list/')
    response.writeHead(isList ? 200 : 204).end(isList ? this.list : undefined)
  }

  #answer(path: string, text: string): { readonly status: number; readonly body: unknown } {
    try {
      const body = JSON.parse(text) as { readonly eat?: unknown; readonly request?: unknown }
      if (path === '/v1/nonces') return { status: 200, body: { nonce: this.#nonce() } }
      if (path.startsWith('/v1/wait') && typeof body.request === 'string')
        return { status: 200, body: this.#wait(path, fromBase64(body.request)) }
      demand(typeof body.eat === 'string', 'malformed', 'expected a statement of the phone')
      const eat = this.#read(body.eat)
      if (path === '/v1/device-status') return { status: 200, body: this.#status(eat) }
      if (path === '/v1/activations') return { status: 200, body: this.#activation(eat) }
      if (path === '/v1/pairings')
        return { status: 200, body: this.#pairings.pair(eat, PairingRequest.parse(body), this.lie) }
      demand(path === '/v1/enrolments', 'not-found', 'nothing is here')
      return { status: 200, body: this.#enrolment() }
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'malformed'
      const { status, title } = PROBLEMS[code]
      const facts = error instanceof Refusal ? error.facts : {}
      const problem = { type: `/problems/${code}`, code, title, status, detail: 'refused', facts }
      return { status, body: problem }
    }
  }

  #nonce(): string {
    const nonce = toBase64(this.#world.random(32))
    this.#nonces.add(nonce)
    return nonce
  }

  #read(text: string): Eat {
    const eat = readEat(fromBase64(text), this.#verify)
    demand(this.#nonces.delete(toBase64(eat.nonce)), 'token-nonce', 'not a nonce of ours')
    this.#eats.push(eat)
    this.#dak = eat.dak
    return eat
  }

  /** Acts that wait are the phone's to ask for: signed by the key that attested last. */
  #wait(path: string, document: Uint8Array) {
    demand(this.#dak !== null, 'attestation-needed', 'an unknown phone')
    const request = this.waits.read(document, this.#dak)
    const isFresh = this.#nonces.delete(toBase64(request.nonce))
    demand(isFresh, 'token-nonce', 'not a nonce of ours')
    if (path === '/v1/waits') return this.waits.ask(request)
    if (path === '/v1/wait-cancellations') return this.waits.stopFor(request)
    demand(path === '/v1/wait-tickets', 'not-found', 'nothing is here')
    return this.waits.ticket(request, this.lie)
  }

  #status(eat: Eat) {
    const missing = this.told.filter(({ ctr }) => ctr > eat.ctr)
    const bundles = missing.map(({ bundle }) => toBase64(bundle))
    const sales = this.sales.map(toBase64)
    return { state: eat.state, roots: [], bundles, sales, notice: null, words: null, again: null }
  }

  #enrolment() {
    const { home, abroad, abroadLog, log, stranger } = this.#world
    const homes = {
      'home-unknown': { log: stranger.key.name, authority: home.national.sub },
      'home-abroad': { log: abroadLog.key.name, authority: abroad.national.sub },
    }
    const at = { log: log.key.name, authority: home.national.sub }
    const lie = this.lie as keyof typeof homes | null
    return {
      index: this.#log.size,
      state: 'protected',
      card: 'ABCDEFGHJK',
      home: (lie && homes[lie]) ?? at,
    }
  }

  #activation(eat: Eat) {
    const last = this.told.at(-1)
    if (this.lie !== 'token-always') {
      const isFree = last === undefined || last.act === 'release'
      demand(isFree, 'activation-refused', 'the phone is not free')
      demand(eat.bootVerified, 'boot-state-unverified', 'another image than the maker’s')
      demand(eat.ctr >= (last?.ctr ?? 0), 'counter-went-back', 'orders are missing')
    }
    const truth: StatusToken = {
      dak: thumbprint(eat.dak),
      state: 'protected',
      ctr: eat.ctr,
      treeSize: this.#log.size,
      root: this.#log.root,
      nonce: eat.nonce,
      exp: this.#log.now + DAY,
    }
    const { signers, certificates } = this.#signing()
    const { log, witnesses } = this.#world
    const isFrozen = this.lie === 'token-frozen-tree'
    const time = this.#log.now - (isFrozen ? 2 * DAY : 0)
    return {
      token: toBase64(signStatusToken(this.#bent(truth), signers)),
      checkpoint: this.#log.checkpoint({ log, witnesses, guardians: [], time }),
      certificates: certificates.map(toBase64),
      roots: [],
    }
  }

  #bent(truth: StatusToken): StatusToken {
    const { random } = this.#world
    const bent: Partial<Record<Lie, Partial<StatusToken>>> = {
      'token-other-device': { dak: random(32) },
      'token-other-nonce': { nonce: random(32) },
      'token-expired': { exp: this.#log.now - 1 },
      'token-smaller-tree': { treeSize: 1 },
      'token-lower-counter': { ctr: Math.max(0, truth.ctr - 1) },
      'token-not-free': { state: 'stolen' },
    }
    return { ...truth, ...(this.lie && bent[this.lie]) }
  }

  #signing(): {
    readonly signers: readonly Signer[]
    readonly certificates: readonly Uint8Array[]
  } {
    const { home, abroad } = this.#world
    const [a, b] = home.registry.map(({ signer }) => signer)
    const certificates = [home.national, ...home.registry].map(({ document }) => document)
    switch (this.lie) {
      case 'token-one-signature':
        return { signers: [a!], certificates }
      case 'token-signed-twice':
        return { signers: [a!, a!], certificates }
      case 'token-strangers':
        return { signers: Constellation.strangers().slice(0, 2), certificates }
      case 'token-officers':
        return {
          signers: home.officers.map(({ signer }) => signer),
          certificates: home.certificates,
        }
      case 'token-other-country':
        return {
          signers: abroad.registry.map(({ signer }) => signer),
          certificates: [abroad.national, ...abroad.registry].map(({ document }) => document),
        }
      default:
        return { signers: [a!, b!], certificates }
    }
  }
}
