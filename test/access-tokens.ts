import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

export const NRF_ID = '9f3c1a52-5e0e-4a6c-8d3b-2f6f0a1b7c10'
export const AMF_ID = '2b1d7a04-95c2-4ce7-9a1e-6f1f5b0e8a21'
export const EIR_ID = '4947a69a-f61b-4bc1-b9da-47c9c5d14b64'

/** The NRF's side of access tokens (TS 29.510), by node:crypto alone. */
export class TokenIssuer {
  readonly publicKey: KeyObject
  readonly #privateKey: KeyObject
  readonly #alg: 'ES256' | 'RS256'

  constructor(alg: 'ES256' | 'RS256' = 'ES256') {
    const pair =
      alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2_048 })
    this.publicKey = pair.publicKey
    this.#privateKey = pair.privateKey
    this.#alg = alg
  }

  /** A token as it should be, but for what is given. */
  issue(expSeconds: number, claims: object = {}, header: object = {}): string {
    const valid = { iss: NRF_ID, sub: AMF_ID, aud: '5G_EIR', scope: 'n5g-eir-eic', exp: expSeconds }
    return this.sign({ ...valid, ...claims }, header)
  }

  sign(payload: unknown, header: object = {}): string {
    const text = [{ alg: this.#alg, typ: 'JWT', ...header }, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const key = { key: this.#privateKey, dsaEncoding: 'ieee-p1363' } as const
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
  }
}
