import { Refusal, demand } from '../core/index.ts'
import {
  MAX_ENTRY_BYTES,
  TILE_WIDTH,
  bundleTile,
  decodeBundle,
  tilePath,
  type Tile,
} from '../log/index.ts'

/** 256 entries, each with its u16 length. */
const MAX_BUNDLE_BYTES = TILE_WIDTH * (MAX_ENTRY_BYTES + 2)
const TIMEOUT_MS = 10_000

/** Reads entry bundles of a log over HTTP. What it returns is unverified. */
export class LogReader {
  readonly #logUrl: string
  readonly #closing: AbortSignal

  /** @param logUrl the log's prefix, without final slash */
  constructor(logUrl: string, closing: AbortSignal) {
    this.#logUrl = logUrl
    this.#closing = closing
  }

  /**
   * The `bundle.width` first entries of a bundle. A partial one may be gone once the full one is
   * there (C2SP tlog-tiles, "Partial Tiles").
   * @throws {Refusal} unavailable: not served or no connection; tile-malformed, too-large
   */
  async entries(bundle: Tile): Promise<Uint8Array[]> {
    for (const width of new Set([bundle.width, TILE_WIDTH])) {
      const bytes = await this.get(tilePath(bundleTile({ ...bundle, width })))
      if (bytes !== null) return decodeBundle(bytes, width).slice(0, bundle.width)
    }
    throw new Refusal('unavailable', `the log does not serve ${tilePath(bundle)}`)
  }

  /** @throws {Refusal} unavailable: this process is closing down */
  checkOpen(): void {
    demand(!this.#closing.aborted, 'unavailable', 'closing down')
  }

  private async get(path: string): Promise<Uint8Array | null> {
    const signal = AbortSignal.any([this.#closing, AbortSignal.timeout(TIMEOUT_MS)])
    try {
      const response = await fetch(`${this.#logUrl}/${path}`, { signal, redirect: 'error' })
      if (response.status === 200) return await boundedBody(response)
      await response.body?.cancel()
      if (response.status === 404) return null
      throw new Refusal('unavailable', `the log answered ${response.status} for ${path}`)
    } catch (error) {
      if (error instanceof Refusal) throw error
      throw new Refusal('unavailable', `the log could not be read at ${path}`)
    }
  }
}

async function boundedBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > MAX_BUNDLE_BYTES) throw new Refusal('too-large', 'bundle beyond its bound')
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
