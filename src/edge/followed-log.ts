import { join } from 'node:path'
import type { Imei14, Signer } from '../core/index.ts'
import { mkdirDurably, type Connector, type Logger, type Surroundings } from '../host/index.ts'
import type { NoteKey } from '../log/index.ts'
import type { Trust } from '../wire/index.ts'
import { Acknowledger } from './acknowledger.ts'
import { Alarms } from './alarms.ts'
import { openBook, type Book } from './book.ts'
import { Evidence } from './evidence.ts'
import { FeedClient } from './feed-client.ts'
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

/**
 * One log as an edge follows it: its own journal, evidence, alarms and undelivered sightings, in a
 * folder of its own. What goes wrong with it stops no other.
 */
export class FollowedLog {
  readonly origin: string
  readonly book: Book
  readonly client: FeedClient
  readonly sightings: Sightings
  readonly alarms: Alarms
  readonly acknowledger: Acknowledger
  /** Null: the operator's file names no key for them. */
  readonly lists: Lists | null

  private constructor(parts: {
    readonly origin: string
    readonly book: Book
    readonly client: FeedClient
    readonly sightings: Sightings
    readonly alarms: Alarms
    readonly acknowledger: Acknowledger
    readonly lists: Lists | null
  }) {
    this.origin = parts.origin
    this.book = parts.book
    this.client = parts.client
    this.sightings = parts.sightings
    this.alarms = parts.alarms
    this.acknowledger = parts.acknowledger
    this.lists = parts.lists
  }

  /** Reads what this machine's disk proves, and begins to follow. */
  static async open(options: FollowOptions): Promise<FollowedLog> {
    const { signer, surroundings, registry } = options
    const { origin, url, connector, listsKey } = registry
    const dataFolder = join(options.dataDir, folderOf(origin))
    await mkdirDurably(dataFolder)
    const logger = options.logger.child({ log: origin })
    const alarms = new Alarms(logger)
    const evidence = new Evidence(dataFolder)
    const { clock, random } = surroundings
    const acknowledger = new Acknowledger({
      ...options,
      origin,
      registryUrl: url,
      connector,
      logger,
    })
    let lists: Lists | null = null
    const onApplied = (size: number) => {
      acknowledger.applied(size)
      lists?.covered()
    }
    const own = { origin, dataFolder, alarms, logger, clock, onApplied }
    const book = await openBook({ ...options, ...own })
    try {
      const { follower } = book
      const spool = await SightingSpool.open(dataFolder)
      const treeSize = () => follower.size
      const sightings = new Sightings({
        ...options,
        logger,
        registryUrl: url,
        connector,
        spool,
        treeSize,
        alarms,
      })
      const door = new RegistryDoor({ url, signer, clock, connector })
      if (listsKey) {
        const trust = () => follower.trust
        const listSource = new ListSource({ door, origin, key: listsKey, trust })
        const { register } = book
        const beside = { merged: options.merged, follower, register, alarms, evidence }
        lists = new Lists({ origin, source: listSource, ...beside, random, logger })
      }
      const source = new RegistrySource(door)
      const client = new FeedClient({ source, follower, evidence, lists, alarms, random, logger })
      // A log that showed two faces once is not followed again before a person has looked.
      const isSplit = await evidence.hasSplitView()
      if (isSplit) alarms.raise('split-view')
      else {
        lists?.start()
        client.start()
      }
      sightings.start()
      const served = { client, sightings, alarms, acknowledger, lists }
      return new FollowedLog({ origin, book, ...served })
    } catch (error) {
      await book.journal.close()
      throw error
    }
  }

  /** Resolves when everything received and seen is on disk. */
  async close(): Promise<void> {
    await this.client.close()
    await this.lists?.close()
    await this.sightings.close()
    await this.acknowledger.close()
    await this.book.journal.close()
  }
}

/** Origins hold slashes; the prefix keeps one called `..` from being more than a name. */
function folderOf(origin: string): string {
  return `log-${encodeURIComponent(origin)}`
}
