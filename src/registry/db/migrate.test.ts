import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { describeOnEachEngine, describeOnServer, serverUrl } from '../../../test/database.ts'
import { openDatabase } from './database.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'

describeOnEachEngine('migrate', (open) => {
  test('is harmless the second time', async () => {
    const { db } = await open()
    await db.insertInto('published').values({ origin: 'o', note: 'n' }).execute()
    await migrate(db)
    expect(await db.selectFrom('published').selectAll().execute()).toHaveLength(1)
  })

  test('finishes what an interrupted one left, with the table made and not yet recorded', async () => {
    const { db } = await open()
    await sql`delete from migrations where step > '0001-first.05'`.execute(db)
    await sql`drop table audit`.execute(db)
    await migrate(db)
    expect(await db.selectFrom('audit').selectAll().execute()).toEqual([])
  })

  test('every table has a primary key, and none of what distributed engines lack', async () => {
    const { db } = await open()
    const { rows } = await sql<{ name: string }>`
      select c.relname as name from pg_class c
      where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
        and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
    `.execute(db)
    expect(rows).toEqual([])
    const types = await sql<{ data_type: string }>`
      select distinct data_type from information_schema.columns
      where table_schema = current_schema() order by data_type
    `.execute(db)
    const allowed = [
      'bigint',
      'boolean',
      'bytea',
      'jsonb',
      'text',
      'timestamp with time zone',
      'uuid',
    ]
    for (const { data_type } of types.rows) expect(allowed).toContain(data_type)
    for (const { statements } of MIGRATIONS)
      for (const statement of statements) expect(statement).not.toContain(';')
  })
})

describeOnServer('migrate', (open) => {
  test('is not disturbed by neighbours in the same database whose tables come and go', async () => {
    const { db } = await open()
    const neighbours = Array.from({ length: 4 }, async (_, at) => {
      const schema = sql.id(`neighbour_${at}`)
      for (let turn = 0; turn < 20; turn++) {
        await sql`create schema ${schema}`.execute(db)
        await sql`create table ${schema}.cases (id uuid, crime_reference text)`.execute(db)
        await sql`drop schema ${schema} cascade`.execute(db)
      }
    })
    const migrations = Promise.all(Array.from({ length: 10 }, () => migrate(db)))
    await expect(Promise.all([migrations, ...neighbours])).resolves.toBeDefined()
  })

  test('may run in several processes at once', async () => {
    const { db } = await open()
    const schema = 'migrated_at_once'
    await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db)
    await sql`create schema ${sql.id(schema)}`.execute(db)
    const pools = await Promise.all([1, 2, 3].map(() => openDatabase({ url: serverUrl(schema) })))
    await Promise.all(pools.map((pool) => migrate(pool.db)))
    expect(await pools[0]!.db.selectFrom('audit').selectAll().execute()).toEqual([])
    await Promise.all(pools.map((pool) => pool.close()))
    await sql`drop schema ${sql.id(schema)} cascade`.execute(db)
  })
})
