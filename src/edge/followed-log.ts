import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Imei14, Signer } from '../core/index.ts'
import { mkdirDurably, type Connector, type Logger, type Surroundings } from '../host/index.ts'
import type { NoteKey } from '../log/index.ts'
import type { Trust } from '../wire/index.ts'
import { Acknowledger } from './acknowledger.ts'
import { Alarms } from './alarms.ts'
import { emptyBook, openBook, type Book, type BookOptions, type EmptyBook } from './book.ts'
import { Evidence } from './evidence.ts'
import { FeedClient, type FeedCounts } from './feed-client.ts'
import type { Identities } from './identities.ts'
import { KeptLists } from './lists/kept-lists.ts'
import type { ListedNumbers } from './lists/listed-numbers.ts'
import { ListSource } from './lists/list-source.ts'
import { Lists } from './lists/lists.ts'
import type { MergedRegister } from './merged-register.ts'
import { RegistryDoor } from './registry-door.ts'
import { RegistrySource } from './registry-source.ts'
import { Sightings } from './sightings.ts'
import { SightingSpool } from './sighting-spool.ts'

/** A registry, by the origin of the log it keeps. */
export interface RegistryAddress {
  readonly origin: string
  /** Base URL without final slash. */
  readonly url: string
  /** Where it is served over mutual TLS. */
  readonly connector?: Connector
  /** Of the heads of its lists; without it there is no head start, and nothing to compare with. */
  readonly listsKey?: NoteKey
}

export interface FollowOptions {
  /** This register's own name at its operator. */
  readonly name: string
  readonly registry: RegistryAddress
  readonly merged: MergedRegister
  /** The edge's folder; each log has its own within. */
  readonly dataDir: string
  readonly trust: Trust
  readonly signer: Signer
  /** Told of every number that this log makes black from now on. */
  readonly onLocked?: (imei14: Imei14) => void
  readonly surroundings: Surroundings
  readonly logger: Logger
}

/** A journal that is replayed within this is waited for, though lists could answer. */
const PATIENCE_MS = 1_000
/** Until a journal that could not be read is tried again. */
const AGAIN_MS = 10_000
/** How often a register keeps its lists whole, where the log grows. */
const KEEP_EVERY_MS = 300_000

/**
 * One log as an edge follows it: its own journal, lists, evidence, alarms and undelivered sightings, in a
 * folder of its own. What goes wrong with it stops no other.
 */
export class FollowedLog {
  readonly origin: string
  readonly alarms: Alarms
  readonly acknowledger: Acknowledger
  readonly sightings: Sightings
  readonly #options: FollowOptions
  readonly #kept: KeptLists
  readonly #evidence: Evidence
  readonly #stop = new AbortController()
  #book: EmptyBook | Book
  #client: FeedClient | null = null
  #lists: Lists | null = null
  #beginning: Promise<void> = Promise.resolve()
  /** What this machine's own disk answers with until the journal is proved. */
  #warm: ListedNumbers | null = null
  #keptAt = { ms: -Infinity, size: 0 }

  private constructor(options: FollowOptions, dataFolder: string, spool: SightingSpool) {
    const { registry, trust, surroundings } = options
    const { origin, url, connector } = registry
    const logger = options.logger.child({ log: origin })
    this.#options = { ...options, logger }
    this.origin = origin
    this.alarms = new Alarms(logger)
    this.#evidence = new Evidence(dataFolder)
    this.#kept = new KeptLists({ folder: dataFolder, origin, trust, logger })
    const asked = { ...options, logger, registryUrl: url, connector }
    this.acknowledger = new Acknowledger({ ...asked, origin })
    this.#book = emptyBook(this.bookOptions(dataFolder))
    const treeSize = () => this.book.follower.size
    this.sightings = new Sightings({ ...asked, surroundings, spool, treeSize, alarms: this.alarms })
  }

  /**
   * Reads what this machine's disk proves, and begins to follow. Where it has lists of its own, they answer
   * meanwhile and nobody waits.
   */
  static async open(options: FollowOptions): Promise<FollowedLog> {
    const { origin } = options.registry
    const dataFolder = join(options.dataDir, folderOf(origin))
    await mkdirDurably(dataFolder)
    const spool = await SightingSpool.open(dataFolder)
    const log = new FollowedLog(options, dataFolder, spool)
    log.#warm = await log.#kept.read()
    options.merged.replaceLists(origin, null, log.#warm)
    if (log.#warm === null) {
      await log.begin(dataFolder).catch(async (error: unknown) => {
        await log.#book.close()
        throw error
      })
      return log
    }
    log.#beginning = log.beginAgain(dataFolder)
    const patience = new AbortController()
    const waited = delay(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined)
    await Promise.race([log.#beginning, waited])
    patience.abort()
    return log
  }

  get book(): Book {
    return this.#book
  }

  /** The newest of the lists that answer in the place of the book; null: the book answers. */
  get listed(): ListedNumbers | null {
    return this.#options.merged.listsOf(this.origin).at(-1) ?? null
  }

  /** Conflicts and pairs, once all is proved: one that has ended since must not count until then. */
  get identities(): Identities | null {
    return this.listed ? null : this.#book.follower.identities
  }

  /** Whether it can give verdicts: proved by itself, or lists of a tree that is public. */
  get isReady(): boolean {
    return this.listed !== null || this.#book.follower.isReady
  }

  /** Tree size at which our lists were last those the registry signed. */
  get compared(): number | null {
    return this.#lists?.compared ?? null
  }

  get feedCounts(): Readonly<FeedCounts> {
    return this.#client?.counts ?? { connected: 0, healed: 0, refusedNotes: 0 }
  }

  /** Resolves when everything received and seen is on disk. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#beginning
    await this.#client?.close()
    await this.#lists?.close()
    await this.sightings.close()
    await this.acknowledger.close()
    await this.#kept.close()
    await this.#book.close()
  }

  private bookOptions(dataFolder: string): BookOptions {
    const { surroundings } = this.#options
    return {
      ...this.#options,
      origin: this.origin,
      dataFolder,
      alarms: this.alarms,
      clock: surroundings.clock,
      onApplied: (size) => this.applied(size),
      onBlack: (imei14, isBlack) => this.#kept.changed(imei14, isBlack),
    }
  }

  /** While lists answer nobody waits, and nobody starts it anew: it must come to follow by itself. */
  private async beginAgain(dataFolder: string): Promise<void> {
    const { signal } = this.#stop
    for (;;) {
      try {
        await this.begin(dataFolder)
        return this.alarms.clear('journal-broken')
      } catch (error) {
        if (signal.aborted) return
        this.alarms.raise('journal-broken')
        this.#options.logger.error({ err: error }, 'the journal cannot be read: again soon')
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return
        await this.#book.close()
        this.#book = emptyBook(this.bookOptions(dataFolder))
      }
    }
  }

  private async begin(dataFolder: string): Promise<void> {
    const { signer, surroundings, registry, merged, logger } = this.#options
    const { origin, url, connector, listsKey } = registry
    const { clock, random } = surroundings
    const { signal } = this.#stop
    this.#book = await openBook(this.bookOptions(dataFolder), this.#book as EmptyBook, signal)
    signal.throwIfAborted()
    this.endWarm()
    const { follower, register } = this.#book
    const { alarms } = this
    const evidence = this.#evidence
    const door = new RegistryDoor({ url, signer, clock, connector })
    const beside = { follower, evidence, alarms, random, logger }
    if (listsKey) {
      const trust = () => follower.trust
      const source = new ListSource({ door, origin, key: listsKey, trust })
      this.#lists = new Lists({ origin, source, merged, register, ...beside })
    }
    this.#client = new FeedClient({
      source: new RegistrySource(door),
      lists: this.#lists,
      ...beside,
    })
    this.keep()
    this.sightings.start()
    // A log that showed two faces once is not followed again before a person has looked.
    const isSplit = await evidence.hasSplitView()
    if (isSplit) alarms.raise('split-view')
    else {
      this.#lists?.start()
      this.#client.start()
    }
  }

  private applied(guardedSize: number): void {
    this.acknowledger.applied(guardedSize)
    this.#kept.reached(guardedSize)
    this.#lists?.covered()
    this.endWarm()
    this.keep()
  }

  /** Lists of our own have had their time once everything they say is proved again. */
  private endWarm(): void {
    const warm = this.#warm
    if (warm === null || this.#book.follower.guardedSize < warm.size) return
    this.#options.merged.replaceLists(this.origin, warm, null)
    this.#warm = null
  }

  private keep(): void {
    const { follower, register } = this.#book
    const { size, guardedSize, guardedNote } = follower
    const now = this.#options.surroundings.clock()
    const isDue = now - this.#keptAt.ms >= KEEP_EVERY_MS && size > this.#keptAt.size
    if (
      this.listed ||
      this.#kept.isBroken ||
      !isDue ||
      size !== guardedSize ||
      guardedNote === null
    )
      return
    this.#keptAt = { ms: now, size }
    const lists = register.lists({ size, t: follower.leafTime }, follower.identities.conflicts())
    this.#kept.save(lists, { note: guardedNote, size })
  }
}

/** Origins hold slashes; the prefix keeps one called `..` from being more than a name. */
function folderOf(origin: string): string {
  return `log-${encodeURIComponent(origin)}`
}
