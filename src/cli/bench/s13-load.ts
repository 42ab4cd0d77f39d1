import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { CER, ECR, IMEI_AT } from './s13-messages.ts'
import type { ImeiKey, Numbers } from './s13-numbers.ts'

/** How many questions may be on their way at once. */
const SLOTS = 65_536
const SAMPLES = 4_000_000
const HEADER = 20
/** Result-Code and Equipment-Status, as the eight bytes before their data begin. */
const [RESULT_CODE, EQUIPMENT_STATUS, SUCCESS] = [268, 1445, 2001]
const DIGITS = 14
/** What the server is expected to know: a constant answer is that of a server without a list. */
export type Expected = (imei: ImeiKey) => 0 | 1

export interface Measured {
  readonly perSecond: number
  /** From write to read, ms. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** The most questions that were on their way at once. */
  readonly mostInFlight: number
}

/** A client of S13 that has many questions on their way and verifies every answer. */
export class S13Load {
  readonly #socket: Socket
  readonly #numbers: Numbers
  readonly #expected: Expected
  #rest: Buffer = Buffer.alloc(0)
  #onRead: () => void = () => undefined
  #failure: Error | null = null

  /** By slot, which is the hop-by-hop identifier. */
  readonly #statuses = new Uint8Array(SLOTS)
  readonly #sentMs = new Float64Array(SLOTS)
  readonly #free = Uint32Array.from({ length: SLOTS }, (_, i) => SLOTS - 1 - i)
  #freeCount = SLOTS
  readonly #latencies = new Float64Array(SAMPLES)
  #answered = 0
  #mostInFlight = 0

  private constructor(socket: Socket, numbers: Numbers, expected: Expected) {
    this.#socket = socket
    this.#numbers = numbers
    this.#expected = expected
  }

  /** Dials and exchanges capabilities. @throws where it is refused */
  static async open(port: number, numbers: Numbers, expected: Expected): Promise<S13Load> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.setNoDelay(true)
    socket.write(CER)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    if (numberIn(answer, 0, answer.length, RESULT_CODE) !== SUCCESS)
      throw new Error('the capabilities exchange was refused')
    const load = new S13Load(socket, numbers, expected)
    socket.on('data', (chunk: Buffer) => load.read(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => load.fail('the server went away'))
    return load
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Keeps that many questions on their way: the server decides how fast it goes. @throws a wrong answer */
  async full(inFlight: number, forMs: number): Promise<Measured> {
    this.begin()
    const start = performance.now()
    await new Promise<void>((resolve, reject) => {
      this.#onRead = () => {
        if (this.#failure) reject(this.#failure)
        else if (performance.now() - start < forMs) this.ask(inFlight - this.inFlight)
        else if (this.inFlight === 0) resolve()
      }
      this.#onRead()
    })
    return this.measured(performance.now() - start)
  }

  /**
   * Asks at an even rate, whether answers come or not: a stall of the server counts for every question
   * that it keeps waiting.
   * @throws a wrong answer
   */
  async paced(perSecond: number, forMs: number): Promise<Measured> {
    this.begin()
    this.#onRead = () => undefined
    const start = performance.now()
    let asked = 0
    // Once a millisecond, all that fell due: a write for each would measure the client.
    while (performance.now() - start < forMs || this.inFlight > 0) {
      if (this.#failure) throw this.#failure
      const due = Math.floor((Math.min(performance.now() - start, forMs) * perSecond) / 1000)
      this.ask(due - asked)
      asked = due
      await wait(1)
    }
    return this.measured(forMs)
  }

  private begin(): void {
    this.#answered = 0
    this.#mostInFlight = 0
  }

  private get inFlight(): number {
    return SLOTS - this.#freeCount
  }

  private ask(count: number): void {
    if (count <= 0) return
    if (count > this.#freeCount) return this.fail('the server is too slow for this load')
    const nowMs = performance.now()
    const bytes = Buffer.allocUnsafe(count * ECR.length)
    for (let i = 0; i < count; i++) {
      const at = i * ECR.length
      const slot = this.#free[--this.#freeCount]!
      let imei = this.#numbers.pick()
      this.#statuses[slot] = this.#expected(imei)
      this.#sentMs[slot] = nowMs
      bytes.set(ECR, at)
      bytes.writeUInt32BE(slot, at + 12)
      for (let digit = DIGITS - 1; digit >= 0; digit--) {
        const tens = Math.floor(imei / 10)
        bytes[at + IMEI_AT + digit] = 0x30 + (imei - tens * 10)
        imei = tens
      }
    }
    this.#mostInFlight = Math.max(this.#mostInFlight, this.inFlight)
    this.#socket.write(bytes)
  }

  private read(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    const nowMs = performance.now()
    let at = 0
    while (bytes.length - at >= HEADER) {
      const end = at + bytes.readUIntBE(at + 1, 3)
      if (end > bytes.length) break
      this.take(bytes, at, end, nowMs)
      at = end
    }
    this.#rest = bytes.subarray(at)
    this.#onRead()
  }

  private take(bytes: Buffer, at: number, end: number, nowMs: number): void {
    const slot = bytes.readUInt32BE(at + 12)
    const isRight =
      numberIn(bytes, at, end, RESULT_CODE) === SUCCESS &&
      numberIn(bytes, at, end, EQUIPMENT_STATUS) === this.#statuses[slot]
    // Another answer to the same question finds no status that could be right.
    this.#statuses[slot] = ANSWERED
    if (!isRight) return this.fail('a wrong answer')
    if (this.#answered < SAMPLES) this.#latencies[this.#answered] = nowMs - this.#sentMs[slot]!
    this.#answered++
    this.#free[this.#freeCount++] = slot
  }

  private fail(why: string): void {
    this.#failure ??= new Error(why)
    this.#socket.destroy()
    this.#onRead()
  }

  private measured(ms: number): Measured {
    const sorted = this.#latencies.slice(0, Math.min(this.#answered, SAMPLES)).toSorted()
    const quantile = (q: number) => sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN
    return {
      perSecond: Math.round((this.#answered * 1000) / ms),
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      mostInFlight: this.#mostInFlight,
    }
  }
}

const ANSWERED = 255

/** The number in the first AVP of that code, or -1. */
function numberIn(bytes: Buffer, start: number, end: number, wanted: number): number {
  for (let at = start + HEADER; at < end;) {
    const length = bytes.readUIntBE(at + 5, 3)
    if (length < 12) break
    if (bytes.readUInt32BE(at) === wanted) return bytes.readUInt32BE(at + length - 4)
    at += (length + 3) & ~3
  }
  return -1
}
