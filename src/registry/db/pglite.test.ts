import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DurableNodeFS } from './durable-fs.ts'

// What we know of stock PGlite and work around. A failure here after an upgrade means: look again.

interface Internals {
  NODEFS: { stream_ops: object; node_ops: { unlink: (parent: object, name: string) => void } }
  FS: { writeFile(path: string, text: string): void; rename(from: string, to: string): void }
}

const home = mkdtempSync(join(tmpdir(), 'stolen-mode-pglite-'))
const fsyncs = new BigInt64Array(new SharedArrayBuffer(8))
let stock: PGlite

beforeAll(async () => {
  // our file system, so that calls are counted, under the start parameters PGlite ships with
  stock = await PGlite.create({ fs: new DurableNodeFS({ dataFolder: join(home, 'db'), fsyncs }) })
})
afterAll(async () => {
  await stock.close()
  rmSync(home, { recursive: true, force: true })
})

test('started as it comes, it never syncs a commit', async () => {
  await stock.exec('create table t (n int)')
  const before = fsyncs[0]
  for (let n = 0; n < 20; n++) await stock.query('insert into t values ($1)', [n])
  expect(fsyncs[0]).toBe(before)
})

test('its own file system has no fsync at all', async () => {
  const plain = await new NodeFS(join(home, 'unused')).init(stock, {})
  const module = { NODEFS: { stream_ops: {} }, FS: { mkdirTree() {}, mount() {} } }
  for (const run of plain.emscriptenOpts.preRun ?? []) (run as (m: object) => void)(module)
  expect(module.NODEFS.stream_ops).toEqual({})
})

test('a rename over an existing file is one rename, with no moment without a file', () => {
  const { FS, NODEFS } = stock.Module as unknown as Internals
  FS.writeFile('/pglite/data/old', 'old')
  FS.writeFile('/pglite/data/new', 'new')
  const { unlink } = NODEFS.node_ops
  let unlinked = 0
  NODEFS.node_ops.unlink = (parent, name) => {
    unlinked++
    unlink(parent, name)
  }
  FS.rename('/pglite/data/new', '/pglite/data/old')
  NODEFS.node_ops.unlink = unlink
  expect(unlinked).toBe(0)
  expect(existsSync(join(home, 'db', 'old'))).toBe(true)
  expect(existsSync(join(home, 'db', 'new'))).toBe(false)
})
