import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { describeOnEachEngine, describeOnServer } from '../../../test/database.ts'
import type { Database } from './database.ts'
import { inTransaction } from './transaction.ts'

async function enqueue({ db }: Database, id: string, counts: unknown): Promise<void> {
  await db
    .insertInto('batches')
    .values({
      id,
      force: 'zz.force',
      source: 'test',
      file_hash: new Uint8Array(32),
      kind: 'full',
      proposed_by: 'zz.force/1',
      state: 'open',
      counts: JSON.stringify(counts),
      at_ms: 2n ** 62n,
    })
    .execute()
}

describeOnEachEngine('a database', (open) => {
  test('gives int8 as bigint, jsonb as a value, bytea as bytes', async () => {
    const database = await open()
    const id = randomUUID()
    await enqueue(database, id, [1, { two: 'zwei' }])
    const row = await database.db
      .selectFrom('batches')
      .select(['id', 'counts', 'at_ms', 'file_hash'])
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({ id, counts: [1, { two: 'zwei' }], at_ms: 2n ** 62n })
    const { rows } = await sql<{ n: bigint; max: bigint }>`
      select count(*) as n, max(at_ms) as max from batches
    `.execute(database.db)
    expect(rows).toEqual([{ n: 1n, max: 2n ** 62n }])

    const nonce = Uint8Array.from({ length: 256 }, (_, at) => at)
    await database.db.insertInto('used_nonces').values({ nonce, at_ms: 1 }).execute()
    const found = await database.db
      .selectFrom('used_nonces')
      .selectAll()
      .where('nonce', '=', nonce)
      .executeTakeFirstOrThrow()
    expect([...found.nonce]).toEqual([...nonce])
  })

  test('starts each test with empty tables', async () => {
    const { db } = await open()
    expect(await db.selectFrom('batches').selectAll().execute()).toEqual([])
  })

  test('answers 200 statements right after one that failed', async () => {
    const { db } = await open()
    await expect(sql`select nonsense`.execute(db)).rejects.toMatchObject({ code: '42703' })
    for (let n = 0; n < 200; n++)
      expect((await sql`select ${n}::bigint as n`.execute(db)).rows).toEqual([{ n: BigInt(n) }])
  })

  test('undoes a transaction whose body fails, with the error it failed with', async () => {
    const database = await open()
    const nonce = new Uint8Array([1])
    const failing = inTransaction(database.db, async (trx) => {
      await trx.insertInto('used_nonces').values({ nonce, at_ms: 1 }).execute()
      throw new Error('changed its mind')
    })
    await expect(failing).rejects.toThrow('changed its mind')
    expect(await database.db.selectFrom('used_nonces').selectAll().execute()).toEqual([])

    const twice = inTransaction(database.db, async (trx) => {
      await trx.insertInto('used_nonces').values({ nonce, at_ms: 1 }).execute()
      await trx.insertInto('used_nonces').values({ nonce, at_ms: 1 }).execute()
    })
    await expect(twice).rejects.toMatchObject({ code: '23505' })
    expect(await database.db.selectFrom('used_nonces').selectAll().execute()).toEqual([])
  })

  test('counts right when many count at once', async () => {
    const { db } = await open()
    await db
      .insertInto('used_nonces')
      .values({ nonce: Buffer.from('x'), at_ms: 0 })
      .execute()
    const addOne = () =>
      inTransaction(db, async (trx) => {
        const row = await trx.selectFrom('used_nonces').select('at_ms').executeTakeFirstOrThrow()
        await trx
          .updateTable('used_nonces')
          .set({ at_ms: row.at_ms + 1n })
          .execute()
      })
    await Promise.all([addOne(), addOne(), addOne(), addOne()])
    expect(await db.selectFrom('used_nonces').select('at_ms').execute()).toEqual([{ at_ms: 4n }])
  })

  test('gives up after a bounded number of conflicts', async () => {
    const { db } = await open()
    let attempts = 0
    const conflicting = async () => {
      attempts++
      throw Object.assign(new Error('conflict'), { code: '40001' })
    }
    await expect(inTransaction(db, conflicting, () => 0)).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(attempts).toBe(10)
  })
})

describeOnServer('a database', (open) => {
  test('serializable: of two that read what the other writes, one is repeated', async () => {
    const { db } = await open()
    const attempts: number[] = []
    const bothHaveRead = barrier(2)
    const writeCount = (nonce: string) =>
      inTransaction(db, async (trx) => {
        attempts.push(1)
        const { n } = await trx
          .selectFrom('used_nonces')
          .select((x) => x.fn.countAll<bigint>().as('n'))
          .executeTakeFirstOrThrow()
        await bothHaveRead()
        await trx
          .insertInto('used_nonces')
          .values({ nonce: Buffer.from(nonce), at_ms: n })
          .execute()
      })
    await Promise.all([writeCount('a'), writeCount('b')])
    const rows = await db.selectFrom('used_nonces').select('at_ms').orderBy('at_ms').execute()
    expect(rows).toEqual([{ at_ms: 0n }, { at_ms: 1n }]) // as if one after the other
    expect(attempts.length).toBeGreaterThan(2)
  })

  test('a lost connection rejects its statement and leaves the rest alone', async () => {
    const { db } = await open()
    const suicide = sql`select pg_terminate_backend(pg_backend_pid())`.execute(db)
    await expect(suicide).rejects.toThrow()
    // the pool may hand it out once more before it hears that the socket is closed
    const one = await vi.waitFor(() => sql`select 1 as one`.execute(db))
    expect(one.rows).toEqual([{ one: 1 }])
  })
})

/** Lets nobody through before `parties` have arrived, and everybody afterwards. */
function barrier(parties: number): () => Promise<void> {
  let arrived = 0
  let open: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return () => {
    arrived++
    if (arrived === parties) open()
    return opened
  }
}
