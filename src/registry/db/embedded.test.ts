import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inChild, insert, numbers } from '../../../test/embedded-rows.ts'
import { freshFolder } from '../../../test/embedded-template.ts'
import { openEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'

const home = mkdtempSync(join(tmpdir(), 'stolen-mode-embedded-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

// One folder for all tests, since creating one takes seconds; each test leaves it closed and whole.
const folder = join(home, 'data')
beforeAll(() => freshFolder(folder))

describe('the embedded database', () => {
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
    const child = inChild(folder, 0)
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
