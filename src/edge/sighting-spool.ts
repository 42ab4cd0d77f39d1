import { open, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { mkdirDurably, syncPath } from '../host/index.ts'

/** What one request may carry (wire: SightingsRequest). */
const MAX_BATCH = 500
const SUFFIX = '.sightings'

/** One file of the spool: at most one request's worth. */
export interface Batch {
  readonly number: number
  /** Signed sightings, base64. */
  readonly lines: readonly string[]
}

/**
 * Signed sightings on disk until the registry has them. Numbered files, one line each sighting; the
 * newest file grows until it is full or taken for delivery, then a new one begins. A delivered file
 * is removed. Calls take turns: a file must not grow between being read and being removed.
 */
export class SightingSpool {
  readonly #folder: string
  /** Lines per file, oldest first. */
  readonly #files = new Map<number, number>()
  #open: number | null = null
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(dataFolder: string): Promise<SightingSpool> {
    const folder = join(dataFolder, 'sightings')
    await mkdirDurably(folder)
    const spool = new SightingSpool(folder)
    const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX))
    const numbers = names.map((name) => Number(name.slice(0, -SUFFIX.length)))
    for (const number of numbers.toSorted((a, b) => a - b))
      spool.#files.set(number, (await spool.read(number)).lines.length)
    return spool
  }

  /** Sightings on disk. */
  get waiting(): number {
    return [...this.#files.values()].reduce((sum, lines) => sum + lines, 0)
  }

  /** Returns once the lines would survive a power cut. */
  append(lines: readonly string[]): Promise<void> {
    return this.inTurn(() => this.write(lines))
  }

  /** The oldest file; nothing is added to it from now on, so that a retry sends the same batch. */
  oldest(): Promise<Batch | null> {
    return this.inTurn(async () => {
      const number = this.#files.keys().next().value
      if (number === undefined) return null
      if (number === this.#open) this.#open = null
      return this.read(number)
    })
  }

  remove({ number }: Batch): Promise<void> {
    return this.inTurn(async () => {
      await rm(this.path(number), { force: true })
      this.#files.delete(number)
    })
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  private async write(lines: readonly string[]): Promise<void> {
    for (let at = 0; at < lines.length;) {
      const number = this.#open ?? this.nextNumber()
      const has = this.#files.get(number) ?? 0
      const part = lines.slice(at, at + MAX_BATCH - has)
      this.#files.set(number, has)
      this.#open = null // if writing fails: behind half a line, the next one would be lost too
      const handle = await open(this.path(number), 'a', 0o600)
      try {
        await handle.appendFile(part.map((line) => `${line}\n`).join(''))
        await handle.sync()
      } finally {
        await handle.close()
      }
      if (has === 0) await syncPath(this.#folder)
      this.#files.set(number, has + part.length)
      this.#open = has + part.length < MAX_BATCH ? number : null
      at += part.length
    }
  }

  private async read(number: number): Promise<Batch> {
    const lines = (await readFile(this.path(number), 'utf8')).split('\n')
    lines.pop() // what stands behind the last line break was torn by a power cut
    return { number, lines }
  }

  private nextNumber(): number {
    return Math.max(0, ...this.#files.keys()) + 1
  }

  private path(number: number): string {
    return join(this.#folder, `${String(number).padStart(12, '0')}${SUFFIX}`)
  }
}
