import { mkdirSync, rmSync } from 'node:fs'
import { open, type Database, type RootDatabase } from 'lmdb'
import type { Table } from '../../core/index.ts'
import { TablesFault, followerTablesInMemory, type FollowerTables } from './follower-tables.ts'

/** Changes written in one go: a few milliseconds, in which no check is answered. */
const WRITE_AT = 512

type Key = string | number

/** Whoever looks after the disk. */
export interface TablesTold {
  /** Something could not be written, which is tried again while memory grows; or not be read: a `TablesFault`. */
  readonly onFault: (error: unknown) => void
  /** What could not be written is written. */
  readonly onMended: () => void
}

/** Tables that are closed when nobody asks them any more. */
export interface OpenTables {
  readonly tables: FollowerTables
  readonly close: () => Promise<void>
}

/**
 * Tables on disk; in memory where the disk takes none: a register answers with a full disk as well.
 * @param folder of these tables alone; whatever is in it goes
 */
export function openTables(folder: string, told: TablesTold): OpenTables {
  try {
    const tables = new DiskTables(folder, told)
    return { tables, close: () => tables.close() }
  } catch (error) {
    told.onFault(error)
    return { tables: followerTablesInMemory(), close: () => Promise.resolve() }
  }
}

/**
 * The tables on disk, some hundred bytes of memory in all. They are there to save memory and nothing
 * else: a start empties them and fills them from the journal, so nothing waits for the disk, and what
 * cannot be written stays in memory and counts all the same.
 */
class DiskTables implements FollowerTables {
  readonly oids
  readonly orders
  readonly continuedBy
  readonly opened
  readonly newest
  readonly worn
  readonly numbers
  readonly #root: RootDatabase<unknown, Key>
  readonly #tables: DiskTable<Key, unknown>[] = []
  readonly #told: TablesTold
  #count = 0
  #writeAt = WRITE_AT

  constructor(folder: string, told: TablesTold) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { mode: 0o700 })
    this.#told = told
    // Nothing in it outlives the process, so nothing in it is synced.
    this.#root = open({ path: folder, noSync: true, maxDbs: 16 })
    this.oids = this.table<FollowerTables['oids']>('oids')
    this.orders = this.table<FollowerTables['orders']>('orders')
    this.continuedBy = this.table<FollowerTables['continuedBy']>('continuedBy')
    this.opened = this.table<FollowerTables['opened']>('opened')
    this.newest = this.table<FollowerTables['newest']>('newest')
    this.worn = this.table<FollowerTables['worn']>('worn')
    this.numbers = this.table<FollowerTables['numbers']>('numbers')
  }

  async close(): Promise<void> {
    await this.#root.close()
  }

  private table<T>(
    name: string,
  ): T extends Table<infer K extends Key, infer V> ? DiskTable<K, V> : never
  private table(name: string): DiskTable<Key, unknown> {
    const table = new DiskTable(
      this.#root.openDB<unknown, Key>({ name }),
      () => this.changed(),
      (error) => this.#told.onFault(error),
    )
    this.#tables.push(table)
    return table
  }

  private changed(): void {
    if (++this.#count < this.#writeAt) return
    try {
      this.#root.transactionSync(() => {
        for (const table of this.#tables) table.write()
      })
    } catch (error) {
      this.#writeAt = 2 * this.#count
      this.#told.onFault(error)
      return
    }
    if (this.#writeAt > WRITE_AT) this.#told.onMended()
    for (const table of this.#tables) table.written()
    this.#count = 0
    this.#writeAt = WRITE_AT
  }
}

class DiskTable<K extends Key, V> implements Table<K, V> {
  readonly #database: Database<V, K>
  readonly #onChanged: () => void
  readonly #onFault: (error: unknown) => void
  /** Not written yet. */
  readonly #fresh = new Map<K, V>()

  constructor(database: Database<V, K>, onChanged: () => void, onFault: (error: unknown) => void) {
    this.#database = database
    this.#onChanged = onChanged
    this.#onFault = onFault
  }

  /** @throws {TablesFault} */
  get(key: K): V | undefined {
    const fresh = this.#fresh.get(key)
    if (fresh !== undefined) return fresh
    try {
      return this.#database.get(key)
    } catch (error) {
      this.#onFault(error)
      throw new TablesFault('what was kept of orders cannot be read', { cause: error })
    }
  }

  set(key: K, value: V): void {
    this.#fresh.set(key, value)
    this.#onChanged()
  }

  /** Those of the moment it is called; what is set meanwhile may be missing. */
  *keys(): Generator<K> {
    yield* this.#fresh.keys()
    for (const key of this.#database.getKeys()) if (!this.#fresh.has(key)) yield key
  }

  write(): void {
    for (const [key, value] of this.#fresh) this.#database.putSync(key, value)
  }

  written(): void {
    this.#fresh.clear()
  }
}
