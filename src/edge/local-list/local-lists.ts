import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../../core/index.ts'
import { readFileLines, syncPath, writeFileDurably } from '../../host/index.ts'
import { OperatorFile, type OperatorFileOptions } from '../operator-file.ts'
import { LocalList, type LocalRow } from './local-list.ts'
import { LOCAL_LIMITS, LocalListReader } from './read-local-list.ts'

/** Above this share of its rows a list does not change without a person. */
const BRAKE = 0.01
const KEPT = 'local-list.csv'

export interface LocalListFile {
  readonly path: string
  /** SHA-256, hex, of a file whose changes somebody has looked at. */
  readonly accept?: string
}

export interface LocalListsOptions extends OperatorFileOptions {
  /** Where the list in force is kept. */
  readonly dataDir: string
}

/** A file that was read to its end. */
interface Read {
  readonly list: LocalList
  readonly hash: string
  readonly bytes: readonly Uint8Array[]
  /** Rows that the list in force has too. */
  readonly same: number
}

/** The operator's list in force, and how another takes its place. */
export class LocalLists {
  readonly #options: LocalListsOptions
  readonly #file: OperatorFile
  #list = new LocalList()
  /** SHA-256 of the file in force, hex. */
  #hash: string | null = null

  constructor(options: LocalListsOptions) {
    this.#options = options
    this.#file = new OperatorFile(options, 'local-list-refused')
  }

  get list(): LocalList {
    return this.#list
  }

  /**
   * Takes the operator's file; null: he has none, and nothing of an earlier one counts. A bad row, or
   * more than 1 % of the rows changed where nobody has accepted that, and it does not pass.
   */
  use(file: LocalListFile | null): Promise<void> {
    return this.#file.take(() => (file === null ? this.drop() : this.load(file)))
  }

  private async drop(): Promise<void> {
    this.#list = new LocalList()
    this.#hash = null
    await rm(this.kept, { force: true })
    await syncPath(this.#options.dataDir)
  }

  /** @throws {Refusal} not-found; too-large, malformed, list-leading-zeros; import-mass-change */
  private async load({ path, accept }: LocalListFile): Promise<void> {
    if (this.#hash === null) await this.recall()
    const now = await this.read(path)
    if (now.hash === this.#hash) return
    if (this.#hash !== null && accept !== now.hash) this.brake(now)
    await writeFileDurably(this.kept, now.bytes)
    this.#list = now.list
    this.#hash = now.hash
    this.#options.logger.info({ rows: now.list.size }, 'local list in force')
  }

  /** The list that was in force before this start. A damaged copy is none: the file itself is read next. */
  private async recall(): Promise<void> {
    try {
      const { list, hash } = await this.read(this.kept)
      this.#list = list
      this.#hash = hash
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.code === 'not-found') return
      this.#options.logger.warn({ code: error.code }, 'the kept local list is damaged')
    }
  }

  private async read(path: string): Promise<Read> {
    const inForce = this.#list
    const bytes: Uint8Array[] = []
    let same = 0
    const reader = new LocalListReader((row: LocalRow) => {
      if (inForce.has(row)) same++
    })
    const hash = await readFileLines({
      path,
      limits: LOCAL_LIMITS,
      onLine: (line) => reader.take(line),
      onPart: (part) => void bytes.push(part),
    })
    return { list: reader.finish(), hash, bytes, same }
  }

  private brake({ list, hash, same }: Read): void {
    const before = this.#list.size
    const [come, gone] = [list.size - same, before - same]
    if (come + gone > Math.max(1, Math.floor(before * BRAKE)))
      throw new Refusal(
        'import-mass-change',
        `${come} rows come and ${gone} go, of ${before}: set "accept": "${hash}" if that is right`,
      )
  }

  private get kept(): string {
    return join(this.#options.dataDir, KEPT)
  }
}
