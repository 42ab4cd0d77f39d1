import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { relative } from 'node:path'
import type { When } from '../log-faults.ts'

/** A call that changes a disk, named by file, call and how often it came before. */
export type DiskCall = string

/** Watches, or fails, every call by which the files below one folder are changed. */
export class FaultyDisk {
  readonly calls: DiskCall[] = []
  readonly #folder: string
  readonly #real = { open: fs.open, mkdir: fs.mkdir, rename: fs.rename, rm: fs.rm }
  #fails: (call: DiskCall) => boolean = () => false
  #when: When = 'before'
  #code = 'EIO'
  met = 0

  constructor(folder: string) {
    this.#folder = folder
    const { open, mkdir, rename, rm } = this.#real
    type Path = Parameters<typeof open>[0]
    const pathed =
      <A extends readonly unknown[], R>(
        name: string,
        real: (path: Path, ...rest: A) => Promise<R>,
      ) =>
      (path: Path, ...rest: A) =>
        this.#run(name, String(path), () => real(path, ...rest))
    Object.assign(fs, {
      mkdir: pathed('mkdir', mkdir as never),
      rm: pathed('rm', rm),
      rename: (from: Path, to: Path) => this.#run('rename', String(to), () => rename(from, to)),
      open: async (...args: Parameters<typeof open>) => {
        const path = String(args[0])
        const handle = await this.#run('open', path, () => open(...args))
        for (const name of ['writeFile', 'sync', 'close'] as const) {
          const real = handle[name].bind(handle) as (...rest: unknown[]) => Promise<unknown>
          Object.assign(handle, {
            [name]: (...rest: unknown[]) => this.#run(name, path, () => real(...rest)),
          })
        }
        return handle
      },
    })
    syncBuiltinESMExports()
  }

  /** From now on: which calls fail, whether they have done their work, and with what. */
  fail(fails: (call: DiskCall) => boolean, when: When, code = 'EIO'): void {
    this.calls.length = 0
    this.met = 0
    this.#fails = fails
    this.#when = when
    this.#code = code
  }

  lift(): void {
    this.fail(() => false, 'before')
  }

  remove(): void {
    Object.assign(fs, this.#real)
    syncBuiltinESMExports()
  }

  async #run<T>(name: string, path: string, work: () => Promise<T>): Promise<T> {
    if (path !== this.#folder && !path.startsWith(`${this.#folder}/`)) return work()
    const file = relative(this.#folder, path).replace(/\.[0-9a-f-]{36}\.tmp$/, ' (temporary)')
    const before = this.calls.filter((call) => call.startsWith(`${file}: ${name}`)).length
    const call = `${file}: ${name} ${before + 1}`
    this.calls.push(call)
    if (!this.#fails(call)) return work()
    this.met++
    // A close that fails has closed all the same (close(2)).
    if (this.#when === 'after' || name === 'close') await work()
    throw Object.assign(new Error(`${this.#code}: ${call}`), { code: this.#code })
  }
}
