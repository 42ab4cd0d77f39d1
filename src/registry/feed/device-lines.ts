import type { ServerResponse } from 'node:http'
import { Refusal, isInForce, parseOpening, toHex, type LoggedOrder } from '../../core/index.ts'
import { LINE_HEARTBEAT, LINE_HEARTBEAT_MS, WAKE } from '../../wire/index.ts'
import type { Accepted } from '../log/decide.ts'
import { frontiersOf, type Published } from '../log/published.ts'

/** Phones that one process holds a line to. The next one asks again later; its boot waits for nothing. */
const MAX_LINES = 20_000
const RETRY_AFTER_SECONDS = 60
/** Unsent bytes at which a phone that does not read is let go. */
const MAX_UNSENT = 4_096

interface Pending {
  readonly order: LoggedOrder
  readonly dak: string
}

/**
 * Lines to phones that are awake. A line carries no order and no name: it says "ask", once an order about
 * that phone is in force. Whoever misses it asks within minutes anyway.
 */
export class DeviceLines {
  readonly #lines = new Map<string, ServerResponse>()
  /** Orders that are public and wait for their quorum. */
  #pending: Pending[] = []
  readonly #heartbeat: NodeJS.Timeout

  constructor() {
    this.#heartbeat = setInterval(() => {
      for (const [dak, out] of this.#lines) this.send(dak, out, LINE_HEARTBEAT)
    }, LINE_HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  get size(): number {
    return this.#lines.size
  }

  /** Costs nothing: to be asked before a signature is looked at. @throws {Refusal} unavailable */
  demandRoom(): void {
    if (this.#lines.size < MAX_LINES) return
    const facts = { retryAfterSeconds: RETRY_AFTER_SECONDS }
    throw new Refusal('unavailable', 'enough phones hold a line here', facts)
  }

  /** Keeps the line until either side ends it. A phone has one: the newest. */
  attach(out: ServerResponse, dakBytes: Uint8Array): void {
    if (out.destroyed) return
    const dak = toHex(dakBytes)
    this.#lines.get(dak)?.destroy()
    out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    out.write(': stolen-mode line\n\n')
    this.#lines.set(dak, out)
    out.on('close', () => {
      if (this.#lines.get(dak) === out) this.#lines.delete(dak)
    })
  }

  /** Told by the sequencer after publication. */
  publish(published: Published, accepted: readonly Accepted[]): void {
    this.#pending.push(...accepted.flatMap((one) => pendingOf(one)))
    const frontiers = frontiersOf(published)
    const woken = this.#pending.filter(({ order }) => isInForce(order, frontiers))
    if (woken.length === 0) return
    this.#pending = this.#pending.filter(({ order }) => !isInForce(order, frontiers))
    for (const dak of new Set(woken.map((one) => one.dak))) {
      const out = this.#lines.get(dak)
      if (out) this.send(dak, out, WAKE)
    }
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const out of this.#lines.values()) out.end()
  }

  private send(dak: string, out: ServerResponse, text: string): void {
    if (out.writableLength <= MAX_UNSENT) return void out.write(text)
    this.#lines.delete(dak)
    out.destroy()
  }
}

/** The device it is about, where that is an enrolled one. */
function pendingOf({ submission, order, index, t }: Accepted): Pending[] {
  if (order === null || submission.order === undefined) return []
  const { dak } = parseOpening(submission.order.opening).ids
  return dak ? [{ order: { index, t, order }, dak: toHex(dak) }] : []
}
