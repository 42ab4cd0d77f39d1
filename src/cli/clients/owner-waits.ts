import {
  coseKey,
  demand,
  encodeCbor,
  fromBase64,
  signOwnerRequest,
  toBase64,
  type OwnerStep,
  type Signer,
  type WaitingAct,
} from '../../core/index.ts'
import { call } from '../../host/index.ts'
import { ContactAnswer, NonceAnswer, OwnerWaitsAnswer, WaitAnswer } from '../../wire/index.ts'
import type { z } from 'zod'

export type OwnersPhone = z.infer<typeof OwnerWaitsAnswer>['devices'][number]

/**
 * An owner's key, on another device than the phone: it sees what waits, gives the second factor, and
 * stops. Where a key owns several phones, `serial` says which.
 */
export class OwnerWaits {
  readonly #registryUrl: string
  readonly #key: Signer

  constructor(registryUrl: string, key: Signer) {
    this.#registryUrl = registryUrl
    this.#key = key
  }

  async phones(): Promise<readonly OwnersPhone[]> {
    const proof = await this.#proof('read', {})
    return (await this.#post('/v1/owner-waits', proof, OwnerWaitsAnswer)).devices
  }

  /** @throws {Refusal} not-found, owner-key, wrong-state, reset-cancelled … */
  async confirm(act: WaitingAct, serial?: string) {
    const device = await this.device(serial)
    return this.#post(
      '/v1/wait-confirmations',
      await this.#proof('confirm', { act, device }),
      WaitAnswer,
    )
  }

  /** @throws {Refusal} not-found, wrong-state: nothing is waiting */
  async stop(serial?: string) {
    const device = await this.device(serial)
    return this.#post('/v1/wait-cancellations', await this.#proof('stop', { device }), WaitAnswer)
  }

  /** Where notices go by mail; null: nowhere. @throws {Refusal} malformed */
  async tellBy(mail: string | null, serial?: string): Promise<void> {
    const device = await this.device(serial)
    await this.#post(
      '/v1/owner-contacts',
      await this.#proof('contact', { device, mail }),
      ContactAnswer,
    )
  }

  /** The phone that is meant, by the thumbprint of its key. @throws {Refusal} not-found, owner-key */
  async device(serial?: string): Promise<Uint8Array> {
    const phones = await this.phones()
    const [meant, ...others] = phones.filter(
      (phone) => serial === undefined || phone.serial === serial,
    )
    demand(meant !== undefined, 'not-found', 'this key owns no phone of that serial number')
    demand(others.length === 0, 'not-found', 'this key owns several phones: say which')
    return fromBase64(meant.device)
  }

  async #proof(
    step: OwnerStep,
    about: {
      readonly act?: WaitingAct
      readonly device?: Uint8Array
      readonly mail?: string | null
    },
  ) {
    const { nonce } = await this.#post('/v1/nonces', {}, NonceAnswer)
    const { act = null, device = null, mail = null } = about
    const content = { step, act, device, nonce: fromBase64(nonce), ctr: null, mail }
    return {
      key: toBase64(encodeCbor(coseKey(this.#key.key))),
      request: toBase64(signOwnerRequest(content, this.#key)),
    }
  }

  #post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    return call({ method: 'POST', base: this.#registryUrl, path, body, answer })
  }
}

/** Stops by the recovery card, which can do nothing else here. @throws {Refusal} proof-too-weak, wrong-state */
export function stopByCard(registryUrl: string, card: string) {
  const path = '/v1/wait-cancellations'
  return call({ method: 'POST', base: registryUrl, path, body: { card }, answer: WaitAnswer })
}
