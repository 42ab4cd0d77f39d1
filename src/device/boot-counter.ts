import { join } from 'node:path'
import { asUint, decodeCbor, encodeCbor } from '../core/index.ts'
import { writeFileDurably } from '../host/index.ts'
import { readBounded } from './bounded-file.ts'

const MAX_BYTES = 16

/**
 * How often the phone was booted, beside the record and not in it alone: a record that is lost must not
 * make its phone look like a copy. Whoever writes here gains nothing that switching it on and off would
 * not give him.
 */
export class BootCounter {
  readonly #path: string

  /** @param dir of the secure store: out of reach of a reset */
  constructor(dir: string) {
    this.#path = join(dir, 'boots')
  }

  /** 0 where it cannot be read. */
  async read(): Promise<number> {
    const bytes = await readBounded(this.#path, MAX_BYTES)
    if (bytes === null) return 0
    try {
      return asUint(decodeCbor(bytes))
    } catch {
      return 0
    }
  }

  /** @returns whether it stands now */
  async write(count: number): Promise<boolean> {
    try {
      await writeFileDurably(this.#path, encodeCbor(count))
      return true
    } catch {
      return false
    }
  }
}
