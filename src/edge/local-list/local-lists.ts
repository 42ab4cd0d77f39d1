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

  constructor(options: LocalListsOptions) {
    this.#options = options
  }

  get list(): LocalList {
    return this.#list
  }

  /**
   * Takes the operator's file; null: he has none, and nothing of an earlier one counts. A file that does
   * not pass leaves the list in force as it is, raises an alarm and says why in the log: a bad row, or
   * more than 1 % of the rows changed and nobody has accepted that.
   */
  async use(file: LocalListFile | null): Promise<void> {
    const { alarms, logger } = this.#options
    try {
      if (file === null) this.take(null, [])
      else await this.load(file)
      alarms.clear('local-list-refused')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      alarms.raise('local-list-refused')
      logger.error({ code: error.code, detail: error.message }, 'local list refused')
    }
  }

  /** @throws {Refusal} not-found; too-large, malformed, list-leading-zeros; import-mass-change */
  private async load({ path, accept }: LocalListFile): Promise<void> {
    const { logger, dataDir } = this.#options
    if (this.#bytes === null) await this.recall()
    const bytes = await readIfThere(path)
    if (bytes === null) throw new Refusal('not-found', `${path} cannot be read`)
    if (this.#bytes && equal(this.#bytes, bytes)) return
    const rows = readLocalList(bytes)
    const hash = toHex(sha256Fast(bytes))
    if (accept !== hash) this.brake(rows, hash)
    await writeFileDurably(join(dataDir, KEPT), bytes)
    this.take(bytes, rows)
    logger.info({ rows: rows.length }, 'local list in force')
  }

  /** The list that was in force before this start. A damaged copy is none: the file itself is read next. */
  private async recall(): Promise<void> {
    const kept = await readIfThere(join(this.#options.dataDir, KEPT))
    if (kept === null) return
    try {
      this.take(kept, readLocalList(kept))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#options.logger.warn({ code: error.code }, 'the kept local list is damaged')
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
        'import-mass-change',
        `${come} rows come and ${gone} go, of ${before!.size}: set "accept": "${hash}" if that is right`,
      )
  }

  private take(bytes: Uint8Array | null, rows: readonly LocalRow[]): void {
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
