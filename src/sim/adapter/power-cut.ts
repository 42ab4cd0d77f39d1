import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/** Thrown by every write below the folder once the power is gone. */
class PowerGone extends Error {
  override readonly name = 'PowerGone'
}

/**
 * The power of one phone: it fails before a write of one's choice, and from then on nothing below the
 * phone's folder changes, whatever its software still believes. What had been written stays as it
 * was, half-written files too.
 */
export class PowerCut {
  readonly #folder: string
  readonly #real = { open: fs.open, rename: fs.rename, rm: fs.rm, mkdir: fs.mkdir }
  #left: number

  /** Of this process's writes below `folder` that many are made, and no further one. */
  constructor(folder: string, writes: number) {
    this.#left = writes
    this.#folder = folder
    const { open, rename, rm, mkdir } = this.#real
    Object.assign(fs, {
      rename: (from: string, to: string) => this.#write(to, () => rename(from, to)),
      rm: (path: string, how: object) => this.#write(path, () => rm(path, how)),
      mkdir: (path: string, how: object) => this.#write(path, () => mkdir(path, how)),
      open: async (path: string, flags: string, mode?: number) => {
        const isWrite = flags !== 'r'
        const handle = isWrite
          ? await this.#write(path, () => open(path, flags, mode))
          : await open(path, flags, mode)
        if (isWrite) {
          const write = handle.writeFile.bind(handle) as (...rest: unknown[]) => Promise<void>
          Object.assign(handle, {
            writeFile: (...rest: unknown[]) => this.#write(path, () => write(...rest)),
          })
        }
        return handle
      },
    })
    syncBuiltinESMExports()
  }

  /** Whether a write was asked for that found no power any more. */
  get isGone(): boolean {
    return this.#left < 0
  }

  /** Power is back. */
  remove(): void {
    Object.assign(fs, this.#real)
    syncBuiltinESMExports()
  }

  #write<T>(path: string, work: () => Promise<T>): Promise<T> {
    if (!String(path).startsWith(`${this.#folder}/`)) return work()
    if (this.#left <= 0) {
      this.#left = -1
      return Promise.reject(new PowerGone('no power'))
    }
    this.#left--
    return work()
  }
}
