import { Refusal, demand, type Signer } from '../core/index.ts'
import { signedHeader, type Connector } from '../host/index.ts'

/** How a register asks one registry: signed by its operator, over mutual TLS where it is served so. */
export class RegistryDoor {
  readonly #base: string
  readonly #signer: Signer
  readonly #connector: Connector | null

  /** @param base URL without final slash */
  constructor(base: string, signer: Signer, connector: Connector | null = null) {
    this.#base = base
    this.#signer = signer
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
    const authorization = signedHeader({ method: 'GET', url, body: '', key: '' }, this.#signer)
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
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      demand(size <= maxBytes, 'too-large', `more than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('unavailable', 'the answer broke off')
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
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
