import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, equal, toHex } from '../../core/index.ts'
import { sha256Fast, writeFileDurably, type Logger } from '../../host/index.ts'
import type { Alarms } from '../alarms.ts'
import { LocalList, type LocalRow } from './local-list.ts'
import { readLocalList } from './read-local-list.ts'

/** Above this share of its rows a list does not change without a person. */
const BRAKE = 0.01
const KEPT = 'local-list.csv'

export interface LocalListFile {
  readonly path: string
  /** SHA-256, hex, of a file whose changes somebody has looked at. */
  readonly accept?: string
}

export interface LocalListsOptions {
  /** Where the list in force is kept. */
  readonly dataDir: string
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>
  readonly logger: Logger
}

/** The operator's list in force, and how another takes its place. */
export class LocalLists {
  readonly #options: LocalListsOptions
  #list = new LocalList()
  #rows: readonly LocalRow[] = []
  #bytes: Uint8Array | null = null

  private constructor(options: LocalListsOptions) {
    this.#options = options
  }

  /** With the list that was in force before. */
  static async open(options: LocalListsOptions): Promise<LocalLists> {
    const lists = new LocalLists(options)
    const kept = await readIfThere(join(options.dataDir, KEPT))
    if (kept) lists.take(kept, readLocalList(kept))
    return lists
  }

  get list(): LocalList {
    return this.#list
  }

  /**
   * Takes a file, or leaves the list in force as it is and says why: a bad row, or more than 1 % of the
   * rows changed and nobody has accepted that.
   * @throws {Refusal} not-found; too-large, malformed; import-shrinks
   */
  async load({ path, accept }: LocalListFile): Promise<void> {
    const { alarms, logger, dataDir } = this.#options
    try {
      const bytes = await readIfThere(path)
      if (bytes === null) throw new Refusal('not-found', `${path} cannot be read`)
      if (this.#bytes && equal(this.#bytes, bytes)) return
      const rows = readLocalList(bytes)
      const hash = toHex(sha256Fast(bytes))
      if (accept !== hash) this.brake(rows, hash)
      await writeFileDurably(join(dataDir, KEPT), bytes)
      this.take(bytes, rows)
      alarms.clear('local-list-refused')
      logger.info({ rows: rows.length }, 'local list in force')
    } catch (error) {
      alarms.raise('local-list-refused')
      throw error
    }
  }

  private brake(rows: readonly LocalRow[], hash: string): void {
    if (this.#bytes === null) return
    const [before, after] = [this.#rows, rows].map(
      (all) => new Set(all.map((row) => JSON.stringify(row))),
    )
    const gone = [...before!].filter((row) => !after!.has(row)).length
    const come = [...after!].filter((row) => !before!.has(row)).length
    const most = Math.max(1, Math.floor(before!.size * BRAKE))
    if (gone + come > most)
      throw new Refusal(
        'import-shrinks',
        `${come} rows come and ${gone} go, of ${before!.size}: set "accept": "${hash}" if that is right`,
      )
  }

  private take(bytes: Uint8Array, rows: readonly LocalRow[]): void {
    this.#bytes = bytes
    this.#rows = rows
    this.#list = new LocalList(rows)
  }
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch {
    return null
  }
}
