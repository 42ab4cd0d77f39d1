import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { Ledger, Refusal, chainOf, equal, parseEntry } from '../core/index.ts'
import { sha256Fast } from '../host/index.ts'
import {
  CompactRange,
  TILE_WIDTH,
  changedBundles,
  encodeBundle,
  leafHash,
  type Checkpoint,
  type Tile,
} from '../log/index.ts'
import type { Trust } from '../wire/index.ts'
import type { LogReader } from './log-reader.ts'

/** Bundles asked for at once. */
const AT_ONCE = 8
/** Entry bytes held between reading and applying: a day of many orders, not a whole log. */
const MAX_HELD_BYTES = 64 * 1024 * 1024
/** Broken entries carried along. A log with more is beyond repair, and may not fill our memory. */
const MAX_BROKEN = 10_000

/** Entries [from, to) of a log, proved by the root of a signed checkpoint. */
export interface Extension {
  readonly from: number
  readonly to: number
  readonly first: Uint8Array | null
  readonly last: Uint8Array | null
  readonly bundles: readonly ReadBundle[]
}

interface ReadBundle {
  readonly tile: Tile
  /** Of all entries of the bundle, so that a second reading can be compared. */
  readonly digest: Uint8Array
  /** The entries from `from` on, or null when they were too many to hold. */
  readonly entries: readonly Uint8Array[] | null
}

/** An entry that stands in the log and that the ledger refused. */
export interface Broken {
  readonly index: number
  readonly refusal: Refusal
  /** The later leaf that voided it; null while nothing has. */
  readonly voidedBy: number | null
}

interface Passed extends Broken {
  readonly entry: Uint8Array
  voidedBy: number | null
}

/**
 * The whole log as the law sees it, entry by entry. A ledger cannot go back: only entries proved by
 * a signed root reach it, and range and ledger move together, so that after any failure both stand
 * at the same entry and the next attempt goes on just there. An entry that breaks the law is passed
 * over, counts for nothing, and is remembered: what comes after it may void it.
 */
export class Mirror {
  readonly #reader: LogReader
  readonly #ledger: Ledger
  readonly #maxHeldBytes: number
  readonly #range = new CompactRange(sha256Fast)
  readonly #passed: Passed[] = []

  /** @param maxHeldBytes entries beyond are not held but read a second time, and compared */
  constructor(trust: Trust, origin: string, reader: LogReader, maxHeldBytes = MAX_HELD_BYTES) {
    this.#maxHeldBytes = maxHeldBytes
    this.#reader = reader
    this.#ledger = new Ledger(trust.root, trust.verify.es256, origin)
  }

  /** Entries taken. */
  get size(): number {
    return this.#range.size
  }

  /**
   * Reads [size, checkpoint size) and recomputes the root over every leaf. Changes nothing.
   * @throws {Refusal} unavailable; tile-malformed, too-large; not-consistent: another root
   */
  async read(checkpoint: Checkpoint): Promise<Extension> {
    const { size } = this
    const range = this.#range.copy()
    const bundles: ReadBundle[] = []
    let first: Uint8Array | null = null
    let last: Uint8Array | null = null
    let held = 0
    for await (const { tile, entries } of this.bundles(size, checkpoint.size)) {
      const added = entries.slice(Math.max(0, size - tile.index * TILE_WIDTH))
      for (const entry of added) range.append(leafHash(entry, sha256Fast))
      first ??= added[0]?.slice() ?? null
      last = added.at(-1)?.slice() ?? null
      held += added.reduce((sum, entry) => sum + entry.length, 0)
      const digest = sha256Fast(encodeBundle(entries))
      bundles.push({ tile, digest, entries: held <= this.#maxHeldBytes ? added : null })
    }
    if (!equal(range.root(), checkpoint.root))
      throw new Refusal('not-consistent', 'the entries served do not give the signed root')
    return { from: size, to: checkpoint.size, first, last, bundles }
  }

  /** Every entry passed over so far, voided since or not, in log order. */
  get broken(): readonly Broken[] {
    return this.#passed
  }

  /** The first entry that breaks the law and that no later record has voided. */
  get open(): Broken | null {
    return this.#passed.find(({ voidedBy }) => voidedBy === null) ?? null
  }

  /**
   * Feeds what `read` has proved.
   * @throws {Refusal} unavailable; tile-malformed, too-large, not-consistent: on a second reading;
   * what the ledger says of an entry, where too many broke the law before it
   */
  async apply(extension: Extension): Promise<void> {
    for (const bundle of extension.bundles) {
      for (const entry of bundle.entries ?? (await this.readAgain(bundle))) this.take(entry)
      this.#reader.checkOpen()
      await turnOfTheLoop() // a long catch-up must not silence /healthz
    }
  }

  private take(entry: Uint8Array): void {
    const index = this.size
    try {
      const applied = this.#ledger.apply(index, entry)
      if (applied.kind === 'distrust') this.#judgeAgain(index, applied.distrust.key.slice(0, 8))
      if (applied.kind === 'list') this.#judgeAgain(index, null)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (this.#passed.length >= MAX_BROKEN) throw error
      this.#ledger.pass(index)
      this.#passed.push({ index, refusal: error, voidedBy: null, entry: entry.slice() })
    }
    this.#range.append(leafHash(entry, sha256Fast))
  }

  /**
   * A record at leaf `by` voids what rests on a stopped key. It must be about that key: an order by
   * one that was distrusted already is no less a breach, and another key's record does not cover it.
   * @param kid the key the record is about; null: an authority list, about all it names
   */
  #judgeAgain(by: number, kid: Uint8Array | null): void {
    for (const passed of this.#passed) {
      if (!this.#isStopped(passed)) passed.voidedBy = null
      else if (kid === null || this.#restsOn(passed, kid)) passed.voidedBy ??= by
    }
  }

  #isStopped({ index, entry }: Passed): boolean {
    // What is no entry at all has no key that could be stopped.
    return isEntry(entry) && this.#ledger.isStopped(index, entry)
  }

  #restsOn({ entry }: Passed, kid: Uint8Array): boolean {
    const { authorities } = this.#ledger
    const links = parseEntry(entry).body.slots.flatMap((slot) => authorities.ofKey(slot.kid))
    return links.flatMap((link) => chainOf(link)).some((link) => equal(link.kid, kid))
  }

  private async readAgain({ tile, digest }: ReadBundle): Promise<Uint8Array[]> {
    const entries = await this.#reader.entries(tile)
    if (!equal(sha256Fast(encodeBundle(entries)), digest))
      throw new Refusal('not-consistent', 'the log served other entries the second time')
    return entries.slice(Math.max(0, this.size - tile.index * TILE_WIDTH))
  }

  private async *bundles(from: number, to: number) {
    let batch: Tile[] = []
    for (const tile of changedBundles(from, to)) {
      batch.push(tile)
      if (batch.length < AT_ONCE) continue
      yield* await this.readAll(batch)
      batch = []
    }
    yield* await this.readAll(batch)
  }

  private readAll(tiles: readonly Tile[]) {
    return Promise.all(
      tiles.map(async (tile) => ({ tile, entries: await this.#reader.entries(tile) })),
    )
  }
}

function isEntry(bytes: Uint8Array): boolean {
  try {
    parseEntry(bytes)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
