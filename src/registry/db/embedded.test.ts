import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import type { Refusal } from '../../core/refusal.ts'
import type { Database } from './database.ts'
import { openEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'

const home = mkdtempSync(join(tmpdir(), 'stolen-mode-embedded-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

// One folder for all tests, since creating one takes seconds; each test leaves it closed and whole.
const folder = join(home, 'data')

const BUILT = new URL('../../../dist/registry/db/embedded.js', import.meta.url).href
const OPEN_AND_WRITE = `
  import { openEmbedded } from ${JSON.stringify(BUILT)}
  const database = await openEmbedded({ folder: process.argv[1] })
  for (let n = Number(process.argv[2]); ; n++) {
    const nonce = Buffer.from(String(n))
    await database.db.insertInto('used_nonces').values({ nonce, at_ms: n }).execute()
    process.stdout.write(n + '\\n')
  }`

function inChild(firstNumber: number) {
  const options = ['--input-type=module', '-e', OPEN_AND_WRITE, folder, String(firstNumber)]
  return spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function insert({ db }: Database, n: number): Promise<void> {
  const nonce = Buffer.from(String(n))
  await db.insertInto('used_nonces').values({ nonce, at_ms: n }).execute()
}

async function numbers({ db }: Database): Promise<number[]> {
  const rows = await db.selectFrom('used_nonces').select('at_ms').orderBy('at_ms').execute()
  return rows.map((row) => Number(row.at_ms))
}

// 60 s: creating one takes 2 to 3, on a busy machine ten
describe('the embedded database', { timeout: 60_000 }, () => {
  test('syncs at each acknowledged insert, and never for a select', async () => {
    const database = await openEmbedded({ folder })
    await migrate(database.db)
    for (let n = 0; n < 50; n++) {
      const before = database.fsyncCount() ?? 0
      await insert(database, n)
      expect(database.fsyncCount()).toBeGreaterThan(before)
    }
    const before = database.fsyncCount()
    for (let n = 0; n < 50; n++) await numbers(database)
    expect(database.fsyncCount()).toBe(before)
    await database.close()
  })

  test('keeps others out of its folder', async () => {
    const database = await openEmbedded({ folder })
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    await database.close()

    chmodSync(folder, 0o750)
    await expect(openEmbedded({ folder })).rejects.toMatchObject({ code: 'data-folder-unsafe' })
    chmodSync(folder, 0o700)
    await (await openEmbedded({ folder })).close()
  })

  test('opens once: not twice in a process, not from another one', async () => {
    const database = await openEmbedded({ folder })
    await expect(openEmbedded({ folder })).rejects.toMatchObject({
      code: 'data-folder-busy',
      message: expect.stringContaining(String(process.pid)),
    })
    const child = inChild(0)
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    await once(child, 'close')
    expect(complaint).toContain('data-folder-busy')

    await insert(database, 1000) // neither attempt has disturbed it
    await database.close()
    await (await openEmbedded({ folder })).close()
  })

  test('goes on after a failing statement, 200 times', async () => {
    const database = await openEmbedded({ folder })
    await expect(sql`select nonsense`.execute(database.db)).rejects.toMatchObject({ code: '42703' })
    for (let n = 0; n < 200; n++) {
      const { rows } = await sql`select ${n}::bigint as n`.execute(database.db)
      expect(rows).toEqual([{ n: BigInt(n) }])
    }
    await database.close()
  })

  test('leaves the event loop free while a statement runs', async () => {
    const database = await openEmbedded({ folder })
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    await sql`select pg_sleep(0.3)`.execute(database.db)
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(10)
    await database.close()
  })

  test('is over when the disk fails, and has every acknowledged row when opened again', async () => {
    const database = await openEmbedded({ folder, failFsyncAt: 30 })
    const reasons: Refusal[] = []
    database.onFatal((reason) => reasons.push(reason))
    const acknowledged: number[] = []
    const failure = await (async () => {
      for (let n = 2000; n < 2100; n++) {
        await insert(database, n)
        acknowledged.push(n)
      }
      return undefined
    })().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: '58030' })
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(reasons).toMatchObject([{ code: 'fatal' }])
    await expect(insert(database, 3000)).rejects.toMatchObject({ code: 'fatal' })
    database.onFatal((reason) => reasons.push(reason)) // late, and told all the same
    expect(reasons).toHaveLength(2)
    await database.close()

    const again = await openEmbedded({ folder })
    expect(await numbers(again)).toEqual(expect.arrayContaining(acknowledged))
    expect(await numbers(again)).not.toContain(3000)
    await again.close()
  })

  test('is over when it does not answer, and what waits behind is refused too', async () => {
    // Long enough for the questions of the opening, on whatever machine this is.
    const database = await openEmbedded({ folder, answerWithinMs: 5_000 })
    const stuck = sql`select pg_sleep(1000)`.execute(database.db)
    const behind = sql`select 1`.execute(database.db)
    await expect(stuck).rejects.toMatchObject({ code: 'fatal' })
    await expect(behind).rejects.toMatchObject({ code: 'fatal' })
    await database.close()
    await (await openEmbedded({ folder })).close()
  })

  test('has every acknowledged row after kill -9', async () => {
    const child = inChild(5000)
    const acknowledged: number[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(Number(line))
      if (acknowledged.length === 150) child.kill('SIGKILL')
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(150)

    const again = await openEmbedded({ folder }) // takes over the lock of the dead
    expect(await numbers(again)).toEqual(expect.arrayContaining(acknowledged))
    await again.close()
  })

  test('moves an unfinished creation aside and creates anew', async () => {
    unlinkSync(join(folder, 'stolen-mode-created'))
    const database = await openEmbedded({ folder })
    await migrate(database.db)
    expect(await numbers(database)).toEqual([])
    await database.close()
    expect(readdirSync(home).toSorted()).toEqual(['data', 'data.unfinished-1'])
    expect(readdirSync(join(home, 'data.unfinished-1'))).toContain('PG_VERSION')
  })

  test('never creates itself among the files of somebody else', async () => {
    const theirs = join(home, 'theirs')
    mkdirSync(theirs, { mode: 0o700 })
    writeFileSync(join(theirs, 'thesis.txt'), 'years of work')
    await expect(openEmbedded({ folder: theirs })).rejects.toMatchObject({
      code: 'data-folder-unsafe',
    })
    expect(readdirSync(home)).not.toContain('theirs.lock')
  })

  test('is not recreated over what is left of a database', async () => {
    unlinkSync(join(folder, 'PG_VERSION'))
    await expect(openEmbedded({ folder })).rejects.toMatchObject({ code: 'data-folder-unsafe' })
  })
})
