import { exchange, type Answered, type NrfTls } from './exchange.ts'
import { profileOf, type NfStatus, type ProfileOptions } from './profile.ts'

export interface NrfClientOptions {
  /** The NRF's API root: http (h2c) or https. */
  readonly url: string
  /** For https. */
  readonly tls: NrfTls | null
  readonly profile: ProfileOptions
}

const TIMEOUT_MS = 3_000

/** What a register says to its NRF (Nnrf_NFManagement). Each @throws {Refusal} unavailable, timeout */
export class NrfClient {
  readonly #options: NrfClientOptions

  constructor(options: NrfClientOptions) {
    this.#options = options
  }

  register(status: NfStatus): Promise<Answered> {
    const body = profileOf(this.#options.profile, status)
    return this.ask('PUT', { contentType: 'application/json', body })
  }

  beat(status: NfStatus): Promise<Answered> {
    const body = [{ op: 'replace', path: '/nfStatus', value: status }]
    return this.ask('PATCH', { contentType: 'application/json-patch+json', body })
  }

  deregister(): Promise<Answered> {
    return this.ask('DELETE', {})
  }

  private ask(
    method: 'PUT' | 'PATCH' | 'DELETE',
    content: { readonly contentType?: string; readonly body?: unknown },
  ): Promise<Answered> {
    const { url, tls, profile } = this.#options
    const path = `/nnrf-nfm/v1/nf-instances/${profile.instanceId}`
    return exchange({ base: new URL(url), path, method, tls, timeoutMs: TIMEOUT_MS, ...content })
  }
}
