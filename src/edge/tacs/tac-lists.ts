import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, utf8 } from '../../core/index.ts'
import { readTacFile, writeFileDurably } from '../../host/index.ts'
import { OperatorFile, type OperatorFileOptions } from '../operator-file.ts'
import { TacSet } from './tac-set.ts'

/** TACs are allocated and hardly ever taken back: a list that lost more than this many was cut. */
const MOST_FEWER = 100
const KEPT = 'tac-list.rows'

export interface TacListFile {
  readonly path: string
  /** SHA-256, hex, of a file that is rightly shorter than the one before. */
  readonly accept?: string
}

export interface TacListsOptions extends OperatorFileOptions {
  /** Where it is kept how long the last list was. */
  readonly dataDir: string
}

/** The TAC list in force, and how another takes its place. */
export class TacLists {
  readonly #options: TacListsOptions
  readonly #file: OperatorFile
  #allocated: TacSet | null = null

  constructor(options: TacListsOptions) {
    this.#options = options
    this.#file = new OperatorFile(options, 'tac-list-refused')
  }

  /** Null where there is none. */
  get allocated(): TacSet | null {
    return this.#allocated
  }

  /** Takes the operator's file; null: there is none. */
  use(file: TacListFile | null): Promise<void> {
    return this.#file.take(async () => {
      this.#allocated = file === null ? null : await this.load(file)
    })
  }

  /** @throws {Refusal} what `readTacFile` says; import-shrinks */
  private async load({ path, accept }: TacListFile): Promise<TacSet> {
    const allocated = new TacSet()
    const { rows, hash } = await readTacFile(path, ({ tac }) => allocated.add(tac))
    const kept = join(this.#options.dataDir, KEPT)
    const before = Number(await readFile(kept, 'utf8').catch(() => '0'))
    if (before - rows > MOST_FEWER && accept !== hash)
      throw new Refusal(
        'import-shrinks',
        `${rows} models, ${before} before: set "accept": "${hash}" if that is right`,
      )
    await writeFileDurably(kept, utf8(String(rows)))
    this.#options.logger.info({ rows }, 'TAC list in force')
    return allocated
  }
}
