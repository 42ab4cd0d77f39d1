import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freshFolder } from '../../../test/embedded-template.ts'
import { ForgetfulDisk } from '../../../test/forgetful-disk.ts'
import { DURABLE_START_PARAMS, DurableNodeFS } from './durable-fs.ts'

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
  await freshFolder(folder)
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

test('a power cut loses no acknowledged row', async () => {
  const results = await writeAndCut(DURABLE_START_PARAMS, 4)
  expect(results.map(({ found }) => found)).toEqual([15, 30, 45, 60])
  expect(results.map(({ acknowledged }) => acknowledged)).toEqual([15, 30, 45, 60])
})

test('the same cut takes every row from PGlite as it comes', async () => {
  const results = await writeAndCut(undefined, 1)
  expect(results).toEqual([{ acknowledged: 15, found: 0 }])
})
