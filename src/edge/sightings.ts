import { setTimeout as delay } from 'node:timers/promises'
import {
  Refusal,
  signCloneSignal,
  signSighting,
  toBase64,
  toHex,
  utf8,
  type CloneSignal,
  type Sighting,
  type Signer,
} from '../core/index.ts'
import { call, sha256Fast, type Connector, type Logger, type Surroundings } from '../host/index.ts'
import { SightingsAnswer } from '../wire/index.ts'
import type { Alarms } from './alarms.ts'
import type { Seen } from './checks.ts'
import type { Batch, SightingSpool } from './sighting-spool.ts'

/** A crash loses at most this much. */
const FLUSH_MS = 50
const FOLD_MS = 3_600_000
/** Phones × peers remembered for folding; beyond it the oldest may be sighted again. */
const MAX_FOLDED = 100_000
/** What was seen, in memory while the disk is slow. */
const MAX_BUFFERED = 100_000
const REQUEST_MS = 5_000
const RETRY_MS = { first: 500, most: 60_000 } as const

export interface SightingsOptions {
  readonly spool: SightingSpool
  readonly signer: Signer
  readonly registryUrl: string
  /** Where the registry is served over mutual TLS. */
  readonly connector: Connector | undefined
  /** Leaves known when the answer was given. */
  readonly treeSize: () => number
  readonly alarms: Alarms
  readonly surroundings: Surroundings
  readonly logger: Logger
}

/** What waits to be signed: behind the answer, since a signature takes longer than a check. */
type Unsigned = (signer: Signer) => Uint8Array

/**
 * Every answer by state becomes a sighting, and clone signals go the same way: signed, spooled,
 * delivered at least once. The check never waits: what was seen is written down within 50 ms, behind
 * the answer.
 */
export class Sightings {
  readonly #options: SightingsOptions
  readonly #folded = new Map<string, number>()
  readonly #stop = new AbortController()
  #buffer: Unsigned[] = []
  #timer: NodeJS.Timeout | null = null
  #spooling: Promise<void> = Promise.resolve()
  #delivering: Promise<void> | null = null
  #lost = 0

  constructor(options: SightingsOptions) {
    this.#options = options
  }

  /** Seen, and not yet known to the registry. */
  get waiting(): number {
    return this.#buffer.length + this.#options.spool.waiting
  }

  /** Never written down, because the disk failed or was too slow. */
  get lost(): number {
    return this.#lost
  }

  /** Takes up what an earlier run left. */
  start(): void {
    this.deliver()
  }

  see({ imei14, svn, state, asker }: Seen): void {
    const { surroundings, treeSize } = this.#options
    const { peer, country, network } = asker
    const now = surroundings.clock()
    if (this.isRepeat(`${imei14} ${state} ${peer}`, now)) return
    const sighting: Sighting = {
      id: surroundings.random(16),
      at: Math.floor(now / 1000),
      how: 'attach',
      verdict: state,
      imei: imei14,
      svn,
      country,
      network,
      treeSize: treeSize(),
    }
    this.keep((signer) => signSighting(sighting, signer))
  }

  /** A number seems to be worn by several phones. */
  suspect(signal: CloneSignal): void {
    this.keep((signer) => signCloneSignal(signal, signer))
  }

  /** Resolves when everything seen is on disk; what is undelivered waits there. */
  async close(): Promise<void> {
    this.#stop.abort()
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#spooling
    await this.flush()
    await this.#delivering
  }

  private keep(said: Unsigned): void {
    if (this.#buffer.length >= MAX_BUFFERED) {
      this.#lost++
      return
    }
    this.#buffer.push(said)
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#spooling = this.#spooling.then(() => this.flush())
    }, FLUSH_MS)
  }

  private isRepeat(key: string, now: number): boolean {
    const first = this.#folded.get(key)
    // What a clock that was wrong saw in the future is no reason to be silent until then.
    if (first !== undefined && first <= now && now - first < FOLD_MS) return true
    this.#folded.delete(key) // to the end: the map stays in the order of time
    this.#folded.set(key, now)
    if (this.#folded.size > MAX_FOLDED) this.#folded.delete(this.#folded.keys().next().value!)
    return false
  }

  private async flush(): Promise<void> {
    const seen = this.#buffer
    this.#buffer = []
    if (seen.length === 0) return
    const { spool, signer, alarms, logger } = this.#options
    try {
      await spool.append(seen.map((said) => toBase64(said(signer))))
    } catch (error) {
      this.#lost += seen.length
      alarms.raise('sightings-broken')
      logger.error({ err: error }, 'sightings not written down')
    }
    this.deliver()
  }

  private deliver(): void {
    if (this.#stop.signal.aborted) return
    this.#delivering ??= this.deliverAll().finally(() => {
      this.#delivering = null
      if (this.#options.spool.waiting > 0) this.deliver() // written down as the last one left
    })
  }

  private async deliverAll(): Promise<void> {
    const { spool, alarms, logger } = this.#options
    let wait: number = RETRY_MS.first
    while (!this.#stop.signal.aborted) {
      const batch = await spool.oldest()
      if (batch === null) return
      try {
        await this.send(batch)
        await spool.remove(batch)
        alarms.clear('sightings-refused')
        wait = RETRY_MS.first
      } catch (error) {
        const code = error instanceof Refusal ? error.code : 'fatal'
        logger.warn({ code, waiting: this.waiting }, 'sightings not delivered')
        if (code !== 'unavailable' && code !== 'timeout') alarms.raise('sightings-refused')
        await delay(wait, undefined, { signal: this.#stop.signal }).catch(() => undefined)
        wait = Math.min(wait * 2, RETRY_MS.most)
      }
    }
  }

  private async send({ lines }: Batch): Promise<void> {
    if (lines.length === 0) return // nothing but a torn line
    const { registryUrl, connector, signer, surroundings, logger } = this.#options
    const body = { sightings: lines }
    const { refused } = await call({
      method: 'POST',
      base: registryUrl,
      path: '/v1/sightings',
      body,
      answer: SightingsAnswer,
      signer,
      clock: surroundings.clock,
      idempotencyKey: keyOf(JSON.stringify(body)),
      timeoutMs: REQUEST_MS,
      connector,
    })
    for (const { code } of refused) logger.error({ code }, 'sighting refused')
  }
}

/** The same batch, the same key, also after a restart: a UUID of version 8 (RFC 9562 §5.8). */
function keyOf(content: string): string {
  const bytes = sha256Fast(utf8(content)).slice(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
