import { demand, fromBase64, toBase64 } from '../core/index.ts'
import { call } from '../host/index.ts'
import {
  ActivationAnswer,
  DeviceStatusAnswer,
  EnrolmentAnswer,
  NonceAnswer,
  type EnrolmentRequest,
} from '../wire/index.ts'
import type { z } from 'zod'

/** The four questions a phone asks its registry. Each answer is judged by the phone, not believed. */
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
      certificates: answer.certificates.map(fromBase64),
      roots: answer.roots.map(fromBase64),
    }
  }

  /** @returns newer root documents than the phone's, and bundles, base64, in the order to obey them */
  async status(eat: Uint8Array) {
    const body = { eat: toBase64(eat) }
    const { roots, bundles } = await this.#post('/v1/device-status', body, DeviceStatusAnswer)
    return { roots: roots.map(fromBase64), bundles }
  }

  #post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    const timeoutMs = this.#timeoutMs
    return call({ method: 'POST', base: this.#base, path, body, answer, timeoutMs })
  }
}
