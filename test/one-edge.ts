import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { startEdge, type Edge, type EdgeOptions } from '../src/edge/start.ts'
import { machine, makeLogger } from '../src/host/index.ts'
import { EdgeLog, START, phone } from './edge-log.ts'
import { EdgeRegistry } from './edge-registry.ts'
import { N5gClient } from './n5g-client.ts'

/** Reconnects at the least delay; everything else is as random as ever. */
const random = (length: number) => (length === 4 ? new Uint8Array(4) : machine.random(length))

export const eventually = (assertion: () => Promise<void> | void) =>
  vi.waitFor(assertion, { timeout: 8_000, interval: 20 })

/** A register with a folder of its own, and the registry of the one log it follows. */
export class OneEdge {
  readonly home: string
  readonly log: EdgeLog
  readonly registry: EdgeRegistry
  /** Unix ms, for both. */
  now = START
  #edge: Edge | null = null

  private constructor(home: string, log: EdgeLog, registry: EdgeRegistry) {
    this.home = home
    this.log = log
    this.registry = registry
    registry.clock = () => this.now
  }

  static async open(): Promise<OneEdge> {
    const home = await mkdtemp(join(tmpdir(), 'stolen-mode-edge-'))
    const log = new EdgeLog()
    return new OneEdge(home, log, await new EdgeRegistry(log).start())
  }

  async close(): Promise<void> {
    await this.stop()
    await this.registry.stop()
    await rm(this.home, { recursive: true, force: true })
  }

  get edge(): Edge {
    return this.#edge!
  }

  get dataDir(): string {
    return join(this.home, 'data')
  }

  /** Where what is kept of the log lies. */
  get logDir(): string {
    return join(this.dataDir, `log-${encodeURIComponent(this.log.origin)}`)
  }

  async start(more: Partial<EdgeOptions> = {}): Promise<Edge> {
    const { log, registry } = this
    this.#edge = await startEdge({
      name: 'edge-1',
      signer: log.founding.operators[0]!.signer,
      trust: log.trust,
      registries: [{ origin: log.origin, url: registry.url }],
      dataDir: this.dataDir,
      port: 0,
      adminPort: 0,
      country: 'ZZ',
      network: '00101',
      unknown: 'not-found',
      surroundings: { clock: () => this.now, random },
      logger: makeLogger('test', 'silent'),
      ...more,
    })
    return this.#edge
  }

  /** Of the register alone. */
  async stop(): Promise<void> {
    await this.#edge?.close()
    this.#edge = null
  }

  async restart(): Promise<Edge> {
    await this.stop()
    return this.start()
  }

  /** The word about the phones with these serials: a status, or why there is none. */
  async check(...serials: readonly number[]): Promise<unknown[]> {
    await using client = new N5gClient(this.edge.url)
    return await Promise.all(serials.map((serial) => client.status(phone(serial).imei)))
  }

  async health(): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.edge.adminUrl}/healthz`)
    return (await answer.json()) as Record<string, unknown>
  }

  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.edge.adminUrl}/metrics`)).text()
    return Number(new RegExp(`^stolen_edge_${name}(?:{.*})? (.*)$`, 'm').exec(text)![1])
  }

  async caughtUp(): Promise<void> {
    await eventually(async () =>
      expect(await this.health()).toMatchObject({ plainSize: this.log.size }),
    )
  }
}
