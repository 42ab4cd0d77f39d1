import { setTimeout as delay } from 'node:timers/promises'
import {
  MAX_APPLIED,
  Refusal,
  signAcknowledgement,
  toBase64,
  type Enforced,
  type Signer,
} from '../core/index.ts'
import { call, type Connector, type Logger, type Surroundings } from '../host/index.ts'
import { AckAnswer } from '../wire/index.ts'

/** Spread out, so that a thousand registers do not answer one checkpoint in the same instant. */
const PAUSE_MS = { least: 500, most: 5_000 } as const
const REQUEST_MS = 5_000

export interface AcknowledgerOptions {
  readonly origin: string
  readonly registryUrl: string
  /** Where the registry is served over mutual TLS. */
  readonly connector: Connector | undefined
  /** This register's own name at its operator. */
  readonly name: string
  readonly signer: Signer
  readonly surroundings: Surroundings
  readonly logger: Logger
}

/**
 * Tells the registry, signed, up to which leaf this register enforces the log, and since when. Late or
 * lost words cost nothing but a figure: the next one says it all.
 */
export class Acknowledger {
  readonly #options: AcknowledgerOptions
  readonly #stop = new AbortController()
  #pending: Enforced[] = []
  #acknowledged = 0
  #sending: Promise<void> | null = null

  constructor(options: AcknowledgerOptions) {
    this.#options = options
  }

  /** Leaves that the registry knows of. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** The tree of this size, with the guarded quorum, is enforced from now on. */
  applied(size: number): void {
    if (size <= (this.#pending.at(-1)?.size ?? this.#acknowledged)) return
    // While the registry is away the newest word takes the place of the last: it covers as much.
    if (this.#pending.length === MAX_APPLIED) this.#pending.pop()
    const at = Math.max(this.#options.surroundings.clock(), this.#pending.at(-1)?.at ?? 0)
    this.#pending.push({ size, at })
    this.send()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#sending
  }

  private send(): void {
    if (this.#stop.signal.aborted) return
    this.#sending ??= this.sendAll().finally(() => {
      this.#sending = null
    })
  }

  private async sendAll(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.pause()
      if (this.#stop.signal.aborted) return
      const applied = [...this.#pending]
      try {
        await this.deliver(applied)
      } catch (error) {
        const code = error instanceof Refusal ? error.code : 'fatal'
        this.#options.logger.warn({ code }, 'not acknowledged')
        continue
      }
      const { size } = applied.at(-1)!
      this.#acknowledged = size
      this.#pending = this.#pending.filter((one) => one.size > size)
    }
  }

  private async deliver(applied: readonly Enforced[]): Promise<void> {
    const { origin, registryUrl, connector, name, signer, surroundings } = this.#options
    const ack = signAcknowledgement({ log: origin, register: name, applied }, signer)
    await call({
      method: 'POST',
      base: registryUrl,
      path: '/v1/registers/acks',
      body: { ack: toBase64(ack) },
      answer: AckAnswer,
      signer,
      clock: surroundings.clock,
      timeoutMs: REQUEST_MS,
      connector,
    })
  }

  private async pause(): Promise<void> {
    const { least, most } = PAUSE_MS
    const dice = Buffer.from(this.#options.surroundings.random(4)).readUInt32BE() / 2 ** 32
    const options = { signal: this.#stop.signal }
    await delay(least + dice * (most - least), undefined, options).catch(() => undefined)
  }
}
