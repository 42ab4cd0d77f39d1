import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { Refusal } from '../../core/index.ts'
import type { Logger } from '../../host/index.ts'
import { faultOf } from '../fault.ts'
import type { Chain } from './chain.ts'
import { attest } from './refuse.ts'

/** Which attestation certificates no longer count, as the platform's maker publishes it. */
export interface StatusList {
  /** Serial numbers as lower-case hex without leading zeros. */
  readonly serials: ReadonlySet<string>
  /** When it was fetched, Unix ms. */
  readonly asOf: number
}

/** The list is published daily; one that is older than two days may miss a leaked key. */
const MAX_AGE_MS = 2 * 86_400_000
const MAX_BYTES = 64 << 20
const REREAD_MS = 60_000

/** Suspended counts as revoked: a key under suspicion vouches for nobody. */
const File = z.object({
  entries: z.record(
    z.string().regex(/^[0-9a-f]+$/i),
    z.object({ status: z.enum(['REVOKED', 'SUSPENDED']) }),
  ),
})

/** The published JSON: `{"entries": {"<serial in hex>": {"status": …}, …}}`. @throws {Refusal} malformed */
export function parseStatusList(text: string, asOf: number): StatusList {
  let read
  try {
    read = File.safeParse(JSON.parse(text))
  } catch {
    throw new Refusal('malformed', 'the status list is no JSON')
  }
  if (!read.success) throw new Refusal('malformed', 'the status list is not in its format')
  // Keys stay text: several consist of decimal digits only, and as numbers would name other certificates.
  const serials = Object.keys(read.data.entries).map((key) =>
    key.toLowerCase().replace(/^0+(?=.)/, ''),
  )
  return { serials: new Set(serials), asOf }
}

/** Without a list as new as it must be nobody is believed. @throws {Refusal} attestation-needed: revoked */
export function checkStatus(chain: Chain, list: StatusList | null, nowMs: number): void {
  attest(list !== null, 'revoked', 'there is no list of revoked certificates here')
  attest(nowMs - list.asOf <= MAX_AGE_MS, 'revoked', 'the list of revoked certificates is too old')
  const isListed = chain.some(({ serial }) => list.serials.has(serial))
  attest(!isListed, 'revoked', 'a certificate of the chain is revoked')
}

/** The list as it lies in a file that a job of the operator's fetches anew; never asked for by a request. */
export class StatusListFile {
  readonly #path: string
  readonly #logger: Logger
  readonly #timer: NodeJS.Timeout
  #list: StatusList | null = null

  private constructor(path: string, logger: Logger) {
    this.#path = path
    this.#logger = logger
    this.#timer = setInterval(() => void this.read(), REREAD_MS)
    this.#timer.unref()
  }

  static async open(path: string, logger: Logger): Promise<StatusListFile> {
    const file = new StatusListFile(path, logger)
    await file.read()
    return file
  }

  /** Null until there was a good one. */
  get list(): StatusList | null {
    return this.#list
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** A file that cannot be used changes nothing: what was read before goes on until it is too old. */
  private async read(): Promise<void> {
    try {
      const { mtimeMs, size } = await stat(this.#path)
      if (mtimeMs === this.#list?.asOf) return
      if (size > MAX_BYTES) throw new Refusal('too-large', 'the status list is too large')
      this.#list = parseStatusList(await readFile(this.#path, 'utf8'), mtimeMs)
      this.#logger.info({ serials: this.#list.serials.size }, 'status list of attestations read')
    } catch (error) {
      this.#logger.warn({ err: faultOf(error) }, 'status list of attestations not read')
    }
  }
}
