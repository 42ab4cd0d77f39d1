import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/database.ts'
import { SpentValues } from './spent-values.ts'

const value = (n: number) => new Uint8Array(32).fill(n)

describeOnEachEngine('values that count once', (open) => {
  test('one by one, together, and in another process on the same database', async () => {
    const { db } = await open()
    const one = new SpentValues(db, () => 1)
    expect(await one.spend(value(1))).toBe(true)
    const together = [2, 1, 3, 3, 2, 4].map((n) => one.spend(value(n)))
    expect(await Promise.all(together)).toEqual([true, false, true, false, false, true])
    const two = new SpentValues(db, () => 2)
    const again = [4, 5].map((n) => two.spend(value(n)))
    expect(await Promise.all(again)).toEqual([false, true])
  })

  test('a thousand at once take a few inserts, not a thousand', async () => {
    const { db } = await open()
    let inserts = 0
    const values = new SpentValues(db, () => ++inserts)
    const all = Array.from({ length: 1_000 }, (_, i) => values.spend(Buffer.from(`value ${i}`)))
    expect(new Set(await Promise.all(all))).toEqual(new Set([true]))
    expect(inserts).toBeLessThan(5)
  })

  test('two processes that are shown the same thousand values count each once', async () => {
    const { db } = await open()
    const [one, two] = [new SpentValues(db, () => 1), new SpentValues(db, () => 2)]
    const bytes = Array.from({ length: 1_000 }, (_, i) => Buffer.from(`value ${i}`))
    const [here, there] = await Promise.all([
      Promise.all(bytes.map((each) => one.spend(each))),
      Promise.all(bytes.toReversed().map((each) => two.spend(each))),
    ])
    expect(here.map((isFirst, i) => isFirst !== there[999 - i])).toEqual(bytes.map(() => true))
  })

  test('a failing database fails those that wait for it, and nobody after them', async () => {
    const { db } = await open()
    const values = new SpentValues(db, () => 1)
    await sql`alter table used_nonces rename to elsewhere`.execute(db)
    await expect(Promise.all([values.spend(value(1)), values.spend(value(2))])).rejects.toThrow()
    await sql`alter table elsewhere rename to used_nonces`.execute(db)
    expect(await values.spend(value(1))).toBe(true)
  })
})
