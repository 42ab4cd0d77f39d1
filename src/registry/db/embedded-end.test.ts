import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inChild, insert, numbers } from '../../../test/embedded-rows.ts'
import { freshFolder } from '../../../test/embedded-template.ts'
import type { Refusal } from '../../core/refusal.ts'
import { openEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'

const home = mkdtempSync(join(tmpdir(), 'stolen-mode-embedded-end-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

// One folder for all tests; each leaves it closed and whole.
const folder = join(home, 'data')
beforeAll(async () => {
  await freshFolder(folder)
  const database = await openEmbedded({ folder })
  await migrate(database.db)
  await database.close()
})

describe('an embedded database that comes to its end', () => {
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
    const child = inChild(folder, 5000)
    const acknowledged: number[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(Number(line))
      if (acknowledged.length === 50) child.kill('SIGKILL')
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(50)

    const again = await openEmbedded({ folder }) // takes over the lock of the dead
    expect(await numbers(again)).toEqual(expect.arrayContaining(acknowledged))
    await again.close()
  })
})
