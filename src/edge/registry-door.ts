import { Refusal, type Signer } from '../core/index.ts'
import { readBody, signedHeader, type Clock, type Connector } from '../host/index.ts'

export interface DoorOptions {
  /** Base URL without final slash. */
  readonly url: string
  readonly signer: Signer
  /** Says when a request is signed. */
  readonly clock: Clock
  readonly connector?: Connector | null | undefined
}

/** How a register asks one registry: signed by its operator, over mutual TLS where it is served so. */
export class RegistryDoor {
  readonly #base: string
  readonly #signer: Signer
  readonly #connector: Connector | null

  readonly #clock: Clock

  constructor({ url, signer, clock, connector = null }: DoorOptions) {
    this.#base = url
    this.#signer = signer
    this.#clock = clock
    this.#connector = connector
  }

  /** @throws {Refusal} unavailable: nobody answers */
  async get(
    path: string,
    accept: string,
    signal: AbortSignal,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const url = new URL(this.#base + path)
    const line = { method: 'GET', url, body: '', key: '' }
    const authorization = signedHeader(line, this.#signer, this.#clock)
    try {
      return await fetch(url, {
        headers: { accept, authorization, ...more },
        signal,
        ...(this.#connector && { dispatcher: this.#connector }),
      })
    } catch {
      throw new Refusal('unavailable', 'the registry could not be reached')
    }
  }
}

/** @throws {Refusal} too-large, unavailable: it broke off */
export async function readBounded(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readBody(response, maxBytes)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('unavailable', 'the answer broke off')
  }
}

export function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
