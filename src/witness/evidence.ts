import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex, utf8 } from '../core/index.ts'
import { mkdirDurably, writeFileDurably, type Logger } from '../host/index.ts'
import { formatNote, type VerifiedCheckpoint } from '../log/index.ts'
import { originId } from './state-store.ts'

/**
 * Files kept per log. Nothing is ever dropped: the first ones tell the story. Anybody can have a
 * good checkpoint refused by sending it with a bad proof, so those may not crowd out split views,
 * which only the log's own key can make.
 */
const MAX_INCONSISTENT = 256
const MAX_ALL = 512

const NAME = /^[0-9a-f]{64}\.\d{1,16}\.[0-9a-f]{64}$/

/** One checkpoint kept, and where it can be read. */
export interface Kept {
  readonly origin: string
  readonly size: number
  /** 64 hex digits. */
  readonly root: string
  readonly path: string
}

/** Checkpoints that the log signed and that do not fit what the witness has seen. */
export class Evidence {
  readonly #folder: string
  readonly #logger: Logger
  /** `<origin id>.<size>.<root>`, which is also the file's name. */
  readonly #names: Set<string>

  private constructor(folder: string, logger: Logger, names: readonly string[]) {
    this.#folder = folder
    this.#logger = logger
    this.#names = new Set(names)
  }

  static async open(folder: string, logger: Logger): Promise<Evidence> {
    await mkdirDurably(folder)
    const names = (await readdir(folder)).filter((name) => NAME.test(name))
    return new Evidence(folder, logger, names)
  }

  /** Checkpoints kept. */
  get kept(): number {
    return this.#names.size
  }

  /** Sizes for which a log has signed more than one root. */
  get splitViews(): number {
    return this.views().filter(([, names]) => names.length > 1).length
  }

  /** Of one log. */
  splitViewsOf(origin: string): number {
    const log = `${originId(origin)}.`
    return this.views().filter(([size, names]) => size.startsWith(log) && names.length > 1).length
  }

  /** What is kept of one log, by size; two of one size are a split view. */
  of(origin: string): readonly Kept[] {
    return [...this.#names]
      .filter((name) => name.startsWith(`${originId(origin)}.`))
      .map((name) => {
        const [, size, root] = name.split('.')
        return { origin, size: Number(size), root: root!, path: `/evidence/${name}` }
      })
      .toSorted((a, b) => a.size - b.size || (a.root < b.root ? -1 : 1))
  }

  /** The signed note of that name, byte for byte as kept; null where there is none. */
  async read(name: string): Promise<string | null> {
    return this.#names.has(name) ? readFile(join(this.#folder, name), 'utf8') : null
  }

  private views(): readonly (readonly [string, readonly string[]])[] {
    const views = new Map<string, string[]>()
    for (const name of this.#names) {
      const size = name.slice(0, name.lastIndexOf('.'))
      views.set(size, [...(views.get(size) ?? []), name])
    }
    return [...views]
  }

  /** Compares a signed checkpoint with all that is held of its size; two roots: both are kept. */
  async compare(checkpoint: VerifiedCheckpoint, last: VerifiedCheckpoint | null): Promise<void> {
    const name = nameOf(checkpoint)
    const sameSize = name.slice(0, name.lastIndexOf('.') + 1)
    const lastName = last === null ? name : nameOf(last)
    const held = [lastName, ...this.#names]
    if (!held.some((other) => other !== name && other.startsWith(sameSize))) return
    const isNew = await this.save(checkpoint, MAX_ALL)
    if (last !== null && lastName.startsWith(sameSize)) await this.save(last, MAX_ALL)
    if (!isNew) return
    const { origin, size } = checkpoint
    this.#logger.warn({ origin, size, splitViews: this.splitViews }, 'split view: two roots signed')
  }

  /** Keeps a checkpoint that was refused as inconsistent. */
  async keepInconsistent(checkpoint: VerifiedCheckpoint): Promise<void> {
    const isNew = await this.save(checkpoint, MAX_INCONSISTENT)
    const { origin, size } = checkpoint
    if (isNew) this.#logger.warn({ origin, size }, 'refused a signed checkpoint, kept as evidence')
  }

  /** True when it was not there and has been written. */
  private async save(checkpoint: VerifiedCheckpoint, limit: number): Promise<boolean> {
    const name = nameOf(checkpoint)
    const log = `${originId(checkpoint.origin)}.`
    const count = [...this.#names].filter((other) => other.startsWith(log)).length
    if (this.#names.has(name) || count >= limit) return false
    await writeFileDurably(join(this.#folder, name), utf8(formatNote(checkpoint.note)))
    this.#names.add(name)
    return true
  }
}

function nameOf({ origin, size, root }: VerifiedCheckpoint): string {
  return `${originId(origin)}.${size}.${toHex(root)}`
}
