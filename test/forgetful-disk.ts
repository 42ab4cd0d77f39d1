import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

// A kill -9 proves nothing here: what was written and not synced belongs to the kernel and survives
// the process. So this disk forgets, in the worst case it may: a file is what it was at its last
// fsync, and a directory has the names it had at its own.

/** An inode number is used again after an unlink; together with the time of birth it is not. */
const identity = (stats: fs.BigIntStats) => `${stats.ino} ${stats.birthtimeNs}`

export class ForgetfulDisk {
  readonly #files = new Map<string, Buffer>()
  readonly #names = new Map<string, { name: string; directory: boolean; file: string }[]>()
  readonly #root: string
  readonly #fsync = fs.fsyncSync
  readonly #open = promises.open

  /** What is there now counts as synced. */
  constructor(root: string) {
    this.#root = root
    this.#rememberTree(root)
    const remember = (descriptor: number) => {
      const path = fs.readlinkSync(`/proc/self/fd/${descriptor}`)
      if (path === root || path.startsWith(`${root}/`)) this.#remember(path)
    }
    fs.fsyncSync = (descriptor) => {
      this.#fsync(descriptor)
      remember(descriptor)
    }
    promises.open = async (...how) => {
      const handle = await this.#open(...how)
      const sync = handle.sync.bind(handle)
      handle.sync = async () => {
        await sync()
        remember(handle.fd)
      }
      return handle
    }
    syncBuiltinESMExports()
  }

  restore(): void {
    fs.fsyncSync = this.#fsync
    promises.open = this.#open
    syncBuiltinESMExports()
  }

  /** What the disk would hold if power failed now. */
  cut(target: string, folder = this.#root): string {
    fs.mkdirSync(target, { mode: 0o700 })
    for (const { name, directory, file } of this.#names.get(folder) ?? [])
      if (directory) this.cut(join(target, name), join(folder, name))
      else fs.writeFileSync(join(target, name), this.#files.get(file) ?? '')
    return target
  }

  #remember(path: string): void {
    const stats = fs.statSync(path, { bigint: true })
    if (!stats.isDirectory()) return void this.#files.set(identity(stats), fs.readFileSync(path))
    const names = fs.readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      directory: entry.isDirectory(),
      file: identity(fs.statSync(join(path, entry.name), { bigint: true })),
    }))
    this.#names.set(path, names)
  }

  #rememberTree(path: string): void {
    this.#remember(path)
    for (const entry of fs.readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) this.#rememberTree(join(path, entry.name))
      else this.#remember(join(path, entry.name))
  }
}
