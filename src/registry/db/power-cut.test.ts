import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DURABLE_START_PARAMS, DurableNodeFS } from './durable-fs.ts'

// A kill -9 proves nothing here: what was written and not synced belongs to the kernel and survives
// the process. So this disk forgets, in the worst case it may: a file is what it was at its last
// fsync, and a directory has the names it had at its own.

/** An inode number is used again after an unlink; together with the time of birth it is not. */
const identity = (stats: fs.BigIntStats) => `${stats.ino} ${stats.birthtimeNs}`

class ForgetfulDisk {
  readonly #files = new Map<string, Buffer>()
  readonly #names = new Map<string, { name: string; directory: boolean; file: string }[]>()
  readonly #root: string
  readonly #fsync = fs.fsyncSync

  /** What is there now counts as synced. */
  constructor(root: string) {
    this.#root = root
    this.#rememberTree(root)
    fs.fsyncSync = (descriptor) => {
      this.#fsync(descriptor)
      this.#remember(fs.readlinkSync(`/proc/self/fd/${descriptor}`))
    }
    syncBuiltinESMExports()
  }

  restore(): void {
    fs.fsyncSync = this.#fsync
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

let home: string
beforeEach(() => (home = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'stolen-mode-cut-')))))
afterEach(() => fs.rmSync(home, { recursive: true, force: true }))

function open(dataFolder: string, startParams?: string[]): Promise<PGlite> {
  const fsyncs = new BigInt64Array(new SharedArrayBuffer(8))
  const durable = new DurableNodeFS({ dataFolder, fsyncs })
  return PGlite.create({ fs: durable, ...(startParams && { startParams }) })
}

/** How many rows of tables t1, t2, ... a cut has left; none where it does not even open. */
async function countRows(folder: string, tables: number, startParams: string[] | undefined) {
  const pglite = await open(folder, startParams).catch(() => undefined)
  let found = 0
  for (let table = 1; pglite !== undefined && table <= tables; table++) {
    const rows = await pglite.query(`select n from t${table}`).catch(() => ({ rows: [] }))
    found += rows.rows.length
  }
  await pglite?.close()
  return found
}

/** Writes and is cut `cuts` times, says what was acknowledged and what was found afterwards. */
async function writeAndCut(startParams: string[] | undefined, cuts: number) {
  const folder = join(home, 'data')
  await (await open(folder, startParams)).close()
  const disk = new ForgetfulDisk(folder)
  const pglite = await open(folder, startParams)
  const results: { acknowledged: number; found: number }[] = []
  try {
    let acknowledged = 0
    for (let cut = 1; cut <= cuts; cut++) {
      await pglite.exec(`create table t${cut} (n int primary key, text text)`)
      for (let n = 0; n < 15; n++) {
        await pglite.query(`insert into t${cut} values ($1, repeat('x', 500))`, [n])
        acknowledged++
      }
      // a checkpoint lets go of the log: from here on the table files themselves must be there
      if (cut % 2 === 0) await pglite.exec('checkpoint')
      const found = await countRows(disk.cut(join(home, `cut-${cut}`)), cut, startParams)
      results.push({ acknowledged, found })
    }
  } finally {
    disk.restore()
    await pglite.close()
  }
  return results
}

test('a power cut loses no acknowledged row', { timeout: 60_000 }, async () => {
  const results = await writeAndCut(DURABLE_START_PARAMS, 4)
  expect(results.map(({ found }) => found)).toEqual([15, 30, 45, 60])
  expect(results.map(({ acknowledged }) => acknowledged)).toEqual([15, 30, 45, 60])
})

test('the same cut takes every row from PGlite as it comes', { timeout: 60_000 }, async () => {
  const results = await writeAndCut(undefined, 1)
  expect(results).toEqual([{ acknowledged: 15, found: 0 }])
})
