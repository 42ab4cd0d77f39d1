import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from '../core/index.ts'
import { fraction, reconnectMs } from '../host/index.ts'
import { LINE_HEARTBEAT_MS } from '../wire/index.ts'
import type { Inside } from './inside.ts'

/** Three heartbeats missed: the connection is dead, whatever TCP thinks. */
const SILENCE_MS = 3 * LINE_HEARTBEAT_MS
/** A million phones come back after an outage; each asks every quarter of an hour besides. */
const SPREAD_MS = 60_000
const WAKE_LINE = 'event: wake'
/** No line of it is longer; of one that is, nothing is believed and nothing kept. */
const MAX_LINE = 256

export interface DeviceLineOptions {
  /** Something may be waiting at the registry: asked at each wake, and whenever the line stands anew. */
  readonly onWake: () => void
  /** How far phones spread out when they come back, ms. */
  readonly spreadMs?: number
}

/**
 * A line to the registry on which a phone that is awake is told to ask. What comes over it is believed in
 * nothing: a false wake costs one question.
 */
export class DeviceLine {
  readonly #inside: Inside
  readonly #options: DeviceLineOptions
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #stands = false

  constructor(inside: Inside, options: DeviceLineOptions) {
    this.#inside = inside
    this.#options = options
  }

  /** Whether it is connected. */
  get stands(): boolean {
    return this.#stands
  }

  start(): void {
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      let why: unknown
      try {
        if (this.#inside.isOn) await this.#hold()
      } catch (error) {
        why = error
      }
      this.#stands = false
      if (signal.aborted) return
      const ms = reconnectMs(why, fraction(), this.#options.spreadMs ?? SPREAD_MS)
      await delay(ms, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  async #hold(): Promise<void> {
    const { registry } = this.#inside
    const over = new AbortController()
    const watch = setTimeout(() => over.abort(), SILENCE_MS).unref()
    try {
      const eat = await this.#inside.attest(await registry.nonce())
      const line = await registry.line(eat, AbortSignal.any([this.#stop.signal, over.signal]))
      this.#stands = true
      this.#options.onWake()
      for await (const text of lines(line, () => watch.refresh()))
        if (text === WAKE_LINE) this.#options.onWake()
    } finally {
      clearTimeout(watch)
      over.abort()
    }
  }
}

/** @throws {Refusal} too-large: a line that never ends */
async function* lines(stream: AsyncIterable<string>, heard: () => void): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream) {
    heard()
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > MAX_LINE) throw new Refusal('too-large', 'a line that does not end')
    yield* parts
  }
}
