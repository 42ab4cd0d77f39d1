import { demand, fromBase64, toBase64 } from '../core/index.ts'
import { call, fetchPartList, openLine } from '../host/index.ts'
import {
  ActivationAnswer,
  DeviceStatusAnswer,
  EnrolmentAnswer,
  NonceAnswer,
  TicketAnswer,
  WaitAnswer,
  PairingAnswer,
  type EnrolmentRequest,
} from '../wire/index.ts'
import type { z } from 'zod'

/** Sixty megabytes over a slow line. */
const LIST_TIMEOUT_MS = 600_000

/** What a phone asks its registry. Each answer is judged by the phone, not believed. */
export class RegistryClient {
  readonly #base: string
  readonly #timeoutMs: number

  constructor(base: string, timeoutMs = 15_000) {
    this.#base = base
    this.#timeoutMs = timeoutMs
  }

  /** @returns 32 bytes. @throws {Refusal} unavailable, timeout, malformed */
  async nonce(): Promise<Uint8Array> {
    const { nonce } = await this.#post('/v1/nonces', {}, NonceAnswer)
    const bytes = fromBase64(nonce)
    demand(bytes.length === 32, 'malformed', 'expected a nonce of 32 bytes')
    return bytes
  }

  enrol(request: z.infer<typeof EnrolmentRequest>): Promise<z.infer<typeof EnrolmentAnswer>> {
    return this.#post('/v1/enrolments', request, EnrolmentAnswer)
  }

  /** @throws {Refusal} activation-refused and whatever else the registry says; malformed */
  async activate(eat: Uint8Array, country: string) {
    const body = { eat: toBase64(eat), country }
    const answer = await this.#post('/v1/activations', body, ActivationAnswer)
    return {
      token: fromBase64(answer.token),
      checkpoint: answer.checkpoint,
      certificates: answer.certificates.map(fromBase64),
      roots: answer.roots.map(fromBase64),
    }
  }

  /** @returns newer root documents than the phone's; bundles and proofs of sales, base64; owner's words */
  async status(eat: Uint8Array) {
    const body = { eat: toBase64(eat) }
    const answer = await this.#post('/v1/device-status', body, DeviceStatusAnswer)
    const { roots, bundles, sales, notice, words, again } = answer
    const said = words === null ? null : fromBase64(words)
    return { roots: roots.map(fromBase64), bundles, sales, notice, words: said, again }
  }

  /** Brings a request about an act that waits; the phone's key has signed it. */
  ask(request: Uint8Array): Promise<z.infer<typeof WaitAnswer>> {
    return this.#post('/v1/waits', { request: toBase64(request) }, WaitAnswer)
  }

  /** Stops whatever waits. */
  stop(request: Uint8Array): Promise<z.infer<typeof WaitAnswer>> {
    return this.#post('/v1/wait-cancellations', { request: toBase64(request) }, WaitAnswer)
  }

  /** @throws {Refusal} second-factor-needed, reset-pending (with `readyAtSeconds`), reset-cancelled … */
  async ticket(request: Uint8Array) {
    const body = { request: toBase64(request) }
    const answer = await this.#post('/v1/wait-tickets', body, TicketAnswer)
    return {
      ticket: fromBase64(answer.ticket),
      certificates: answer.certificates.map(fromBase64),
    }
  }

  /**
   * Opens a line, until `signal` or the registry ends it.
   * @throws {Refusal} unavailable (with `retryAfterSeconds` where the registry named it)
   */
  line(eat: Uint8Array, signal: AbortSignal): Promise<AsyncIterable<string>> {
    const body = JSON.stringify({ eat: toBase64(eat) })
    return openLine({ url: `${this.#base}/v1/device-line`, body, signal })
  }

  /** @throws {Refusal} part-refused and whatever else the registry says; unavailable, timeout */
  async pair(asked: {
    readonly eat: Uint8Array
    readonly country: string
    readonly key: Uint8Array
    readonly origin: Uint8Array
    readonly binding: Uint8Array
    readonly release: Uint8Array | null
  }) {
    const { country, release, ...signed } = asked
    const body = {
      country,
      eat: toBase64(signed.eat),
      key: toBase64(signed.key),
      origin: toBase64(signed.origin),
      binding: toBase64(signed.binding),
      ...(release && { release: toBase64(release) }),
    }
    const answer = await this.#post('/v1/pairings', body, PairingAnswer)
    return {
      token: fromBase64(answer.token),
      certificates: answer.certificates.map(fromBase64),
      roots: answer.roots.map(fromBase64),
    }
  }

  /** The newest list of stolen parts; null where it is of no larger tree. @throws {Refusal} unavailable */
  partList(after: number): Promise<Uint8Array | null> {
    return fetchPartList(this.#base, after, LIST_TIMEOUT_MS)
  }

  #post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    const timeoutMs = this.#timeoutMs
    return call({ method: 'POST', base: this.#base, path, body, answer, timeoutMs })
  }
}
