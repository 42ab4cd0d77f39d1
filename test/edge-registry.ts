import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  CLONE_TYPE,
  fromBase64,
  parseReport,
  readAcknowledgement,
  readCloneSignal,
  readSighting,
  toBase64,
  toHex,
  type Acknowledgement,
  type CloneSignal,
  type Sighting,
} from '../src/core/index.ts'
import { freePorts } from '../src/cli/free-ports.ts'
import type { LogRecord } from '../src/edge/log-record.ts'
import { sha256Fast } from '../src/host/index.ts'
import { CHECKPOINT_PATH, EMPTY_EDGE, appendLeaves, leafHash, tilePath } from '../src/log/index.ts'
import {
  AckRequest,
  HEARTBEAT,
  SightingsRequest,
  checkAuthorization,
  formatEvent,
} from '../src/wire/index.ts'
import { START, type EdgeLog } from './edge-log.ts'

/** What the feed sends; a test may send something else. */
type Tamper = (records: readonly LogRecord[]) => readonly LogRecord[]

/** The registry's side of an edge, and nothing more: snapshot, feed, sightings, over real sockets. */
export class EdgeRegistry {
  readonly log: EdgeLog
  readonly #server: Server
  readonly #feeds = new Set<ServerResponse>()
  #published = 0
  #note: string | null = null
  url = ''
  /** Requests by path and status. */
  readonly requests: string[] = []
  readonly sightings = new Map<string, Sighting>()
  readonly cloneSignals: CloneSignal[] = []
  readonly idempotencyKeys: string[] = []
  readonly acks: Acknowledgement[] = []
  tamper: Tamper = (records) => records
  tamperTile: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes
  /** Unix ms: requests have to be signed about now. */
  clock: () => number = () => START
  /** What stands under /v1/lists, by path; nothing unless a test puts it there. */
  readonly lists = new Map<string, Uint8Array>()
  /** Chunks of the log that are answered: what lies behind them cannot be proved. */
  chunksServed = Infinity
  /** Overrides the status of the next answers on the feed. */
  feedStatus: number | null = null
  sightingsStatus: number | null = null

  constructor(log: EdgeLog) {
    this.log = log
    this.#server = createServer((request, response) => void this.serve(request, response))
  }

  async start(): Promise<this> {
    const [port] = this.url === '' ? await freePorts(1) : [Number(new URL(this.url).port)]
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  /** Publishes what the log holds and tells every edge. */
  publish(options: Parameters<EdgeLog['checkpoint']>[0] = {}): void {
    const from = this.#published
    this.#published = this.log.size
    this.#note = this.log.checkpoint(options)
    for (const feed of this.#feeds) this.send(feed, from)
  }

  /** Sends a note of the test's own making. */
  say(note: string): void {
    for (const feed of this.#feeds) feed.write(formatEvent('checkpoint', { note }))
  }

  private send(feed: ServerResponse, from: number): void {
    for (const { index, entry, opening } of this.tamper(this.log.records.slice(from)))
      feed.write(formatEvent('entry', wireEntry({ entry, opening }), index))
    if (this.#note !== null) feed.write(formatEvent('checkpoint', { note: this.#note }))
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { signer } = this.log.founding.operators[0]!
    checkAuthorization(
      request.headers.authorization,
      {
        method: request.method!,
        to: new URL(this.url).host,
        path,
        body: new TextEncoder().encode(body),
        key: String(request.headers['idempotency-key'] ?? ''),
      },
      Math.floor(this.clock() / 1000),
      () => signer,
      this.log.trust.verify.es256,
    )
    response.on('close', () => this.#feeds.delete(response))
    if (path === '/v1/feed') this.serveFeed(request, response)
    else if (path === '/v1/registers/acks') this.serveAck(response, body)
    else if (path.startsWith('/v1/lists')) this.serveLists(path, response)
    else if (path.startsWith('/log/')) this.serveLog(path.slice('/log/'.length), response)
    else if (path === '/v1/sightings') this.serveSightings(request, response, body)
    else this.serveSnapshot(Number(path.split('/').at(-1)), response)
    this.requests.push(`${request.method} ${path} ${response.statusCode}`)
  }

  private serveFeed(request: IncomingMessage, response: ServerResponse): void {
    const cursor = request.headers['last-event-id']
    const from = cursor === undefined ? 0 : Number(cursor) + 1
    const status = this.feedStatus ?? (from > this.#published ? 409 : 200)
    this.feedStatus = null
    if (status !== 200) return void response.writeHead(status).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(HEARTBEAT)
    this.#feeds.add(response)
    this.send(response, from)
  }

  /** Says to every edge that lists of this tree are about to be made. */
  announceLists(size: number): void {
    for (const feed of this.#feeds) feed.write(formatEvent('lists', { size }))
  }

  private serveLists(path: string, response: ServerResponse): void {
    answerFound(response, this.lists.get(path))
  }

  private serveAck(response: ServerResponse, body: string): void {
    const { key } = this.log.founding.operators[0]!.signer
    const { ack } = AckRequest.parse(JSON.parse(body))
    const read = readAcknowledgement(fromBase64(ack), key, this.log.trust.verify.es256)
    this.acks.push(read)
    const { size } = read.applied.at(-1)!
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ size }))
  }

  private serveLog(path: string, response: ServerResponse): void {
    if (path === CHECKPOINT_PATH) return answerFound(response, this.#note)
    const leaves = this.log.records.slice(0, this.#published)
    const { tiles } = appendLeaves(
      EMPTY_EDGE,
      leaves.map(({ entry }) => leafHash(entry, sha256Fast)),
      sha256Fast,
    )
    const bytes = tiles.find((tile) => tilePath(tile) === path)?.bytes
    answerFound(response, bytes && this.tamperTile(bytes))
  }

  private serveSnapshot(chunk: number, response: ServerResponse): void {
    if (chunk >= this.chunksServed) return void response.writeHead(503).end()
    const from = chunk * 256
    const entries = this.log.records.slice(from, Math.min(from + 256, this.#published))
    const answer = { from, size: this.#published, entries: entries.map(wireEntry) }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }

  private serveSightings(request: IncomingMessage, response: ServerResponse, body: string): void {
    const status = this.sightingsStatus
    if (status !== null) return void response.writeHead(status).end('{}')
    this.idempotencyKeys.push(String(request.headers['idempotency-key']))
    const { key } = this.log.founding.operators[0]!.signer
    const { es256 } = this.log.trust.verify
    const reports = SightingsRequest.parse(JSON.parse(body)).sightings.map(fromBase64)
    const isClone = (report: Uint8Array) => parseReport(report).contentType === CLONE_TYPE
    for (const report of reports.filter(isClone))
      this.cloneSignals.push(readCloneSignal(report, key, es256))
    const all = reports
      .filter((report) => !isClone(report))
      .map((report) => readSighting(report, key, es256))
    const fresh = all.filter(({ id }) => !this.sightings.has(toHex(id)))
    for (const sighting of fresh) this.sightings.set(toHex(sighting.id), sighting)
    const answer = { accepted: fresh.length, repeated: all.length - fresh.length, refused: [] }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }
}

function answerFound(response: ServerResponse, body: Uint8Array | string | null | undefined): void {
  response.writeHead(body ? 200 : 404).end(body ?? undefined)
}

function wireEntry({ entry, opening }: Pick<LogRecord, 'entry' | 'opening'>) {
  return { entry: toBase64(entry), opening: opening && toBase64(opening) }
}
