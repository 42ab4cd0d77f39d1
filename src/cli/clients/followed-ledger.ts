import { Ledger, Refusal, demand, equal } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import {
  CHECKPOINT_PATH,
  CompactRange,
  TILE_WIDTH,
  bundleTile,
  changedBundles,
  checkQuorum,
  decodeBundle,
  leafHash,
  openCheckpoint,
  tilePath,
  type Tile,
} from '../../log/index.ts'
import { trustOf, type Trust } from '../../wire/index.ts'
import { logReader } from '../log-source.ts'

/** An idle log is cosigned every minute: whoever is shown nothing newer than this is shown the past. */
const MAX_AGE_SECONDS = 300

/**
 * The law of one log as its entries give it, read from its tiles as far as they have grown since: by nobody's word
 * but the witnesses'. In memory: each start reads the log from its first entry on.
 */
export class FollowedLedger {
  readonly #origin: string
  readonly #read: (path: string) => Promise<Uint8Array | null>
  readonly #clock: () => number
  readonly #ledger: Ledger
  readonly #range = new CompactRange(sha256Fast)
  #trust: Trust
  #broken: Refusal | null = null

  /** @param of.registryUrl whose log it is; `of.clock` in ms */
  constructor(of: {
    readonly registryUrl: string
    readonly origin: string
    readonly trust: Trust
    readonly clock: () => number
  }) {
    const { trust, origin } = of
    this.#origin = origin
    this.#read = logReader(`${of.registryUrl}/log`)
    this.#clock = of.clock
    this.#trust = trust
    this.#ledger = new Ledger(trust.root, trust.verify.es256, origin)
  }

  /**
   * What the log says now, at its newest tree; asked by one at a time. One that contradicts itself is not read again before a person has
   * looked. @throws {Refusal} unavailable: not served, or older than five minutes; tree-went-back, not-consistent,
   * and those of a checkpoint, its quorum and its tiles
   */
  async now(): Promise<Ledger> {
    if (this.#broken) throw this.#broken
    const { plain, verify } = this.#trust
    const keys = plain.logs.map(({ key }) => key).filter(({ name }) => name === this.#origin)
    const head = openCheckpoint(await this.bytes(CHECKPOINT_PATH), keys, verify.ed25519)
    const { timeSeconds } = checkQuorum(head, plain, verify.ed25519)
    const age = Math.floor(this.#clock() / 1000) - (timeSeconds ?? 0)
    demand(age <= MAX_AGE_SECONDS, 'unavailable', `the newest there is of the log is ${age} s old`)
    demand(head.size >= this.#range.size, 'tree-went-back', 'the tree is smaller than one before')
    for (const bundle of changedBundles(this.#range.size, head.size)) await this.take(bundle)
    // Whatever was left out, altered or added on the way: the root is another.
    if (!equal(this.#range.root(), head.root)) {
      this.#broken = new Refusal('not-consistent', 'the entries do not give the signed root')
      throw this.#broken
    }
    const { root } = this.#ledger.authorities
    if (root !== this.#trust.root) this.#trust = trustOf(root, verify)
    return this.#ledger
  }

  /** Takes what of a bundle is new. Where a connection breaks off before, nothing has changed. */
  private async take(bundle: Tile): Promise<void> {
    const whole = { ...bundle, width: TILE_WIDTH }
    const partial = await this.#read(tilePath(bundleTile(bundle)))
    // One that is not whole may be gone once it is.
    const [bytes, { width }] =
      partial === null ? [await this.bytes(tilePath(bundleTile(whole))), whole] : [partial, bundle]
    const from = this.#range.size - bundle.index * TILE_WIDTH
    const entries = decodeBundle(bytes, width).slice(from, bundle.width)
    for (const entry of entries) {
      this.apply(entry)
      this.#range.append(leafHash(entry, sha256Fast))
    }
  }

  /** An entry that breaks the law counts for nothing. */
  private apply(entry: Uint8Array): void {
    try {
      this.#ledger.apply(this.#range.size, entry)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#ledger.pass(this.#range.size)
    }
  }

  /** @throws {Refusal} unavailable */
  private async bytes(path: string): Promise<Uint8Array> {
    const bytes = await this.#read(path)
    demand(bytes !== null, 'unavailable', 'the log does not serve all of itself')
    return bytes
  }
}
