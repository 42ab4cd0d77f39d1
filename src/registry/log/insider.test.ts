import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { encodeOpening } from '../../core/index.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { LogBench } from '../../../test/log-bench.ts'

const SIZE = 30
const LAST = BigInt(SIZE - 1)

describeOnEachEngine('A79: an insider writes in the database', (open) => {
  test('a row that disagrees with the log: nothing is signed, and it says so', async () => {
    const { db, ...database } = await open()
    await using bench = await LogBench.make({ db, ...database }, SIZE)
    const orders = await db.selectFrom('orders').selectAll().orderBy('log_index').execute()
    const entries = await db.selectFrom('entries').selectAll().orderBy('index').execute()
    const [one, other] = [orders.at(-1)!, orders.at(-2)!]
    const entry = (index: bigint) => entries[Number(index)]!
    const order = (change: Partial<typeof one>) =>
      db.updateTable('orders').set(change).where('log_index', '=', LAST).execute()
    const flipped = (bytes: Uint8Array) => {
      const copy = Uint8Array.from(bytes)
      copy[copy.length - 1]! ^= 1
      return copy
    }
    const leaf = (index: bigint) =>
      db
        .updateTable('entries')
        .set({ leaf: flipped(entry(index).leaf) })
        .where('index', '=', index)
        .execute()
    const lies: Readonly<Record<string, () => Promise<unknown>>> = {
      'an early entry, one bit': () => leaf(3n),
      'a late entry, one bit': () => leaf(LAST),
      'an entry nobody signed for': () =>
        db
          .insertInto('entries')
          .values({ index: SIZE + 5, leaf: new Uint8Array([1]), oid: null })
          .execute(),
      'another act': () => order({ act: 'release' }),
      'another payload': () => order({ payload: other.payload }),
      'another time': () => order({ at_ms: one.at_ms + 1n }),
      'the opening of another phone': () => order({ opening: other.opening }),
      'an opening that opens nothing': () =>
        order({
          opening: encodeOpening({
            oid: new Uint8Array(one.oid),
            salt: new Uint8Array(32),
            ids: bench.subject().ids,
          }),
        }),
      'the order of one phone under another': async () => {
        const [imei] = bench.subject().ids.imeis
        const id = randomUUID()
        await db.insertInto('subjects').values({ id, device_id: null, imei14: imei! }).execute()
        await order({ subject_id: id })
      },
      'no order where the log has one': () =>
        db.deleteFrom('orders').where('log_index', '=', LAST).execute(),
      'an order where the log has none': () =>
        db
          .insertInto('orders')
          .values({ ...one, log_index: 2n, oid: new Uint8Array(16) })
          .execute(),
    }
    for (const [lie, write] of Object.entries(lies)) {
      await write()
      await expect(bench.open(), lie).rejects.toMatchObject({ code: 'row-disagrees-with-log' })
      await db.deleteFrom('orders').execute()
      await db.deleteFrom('entries').execute()
      await db.insertInto('entries').values(entries).execute()
      await db.insertInto('orders').values(orders).execute()
    }
    const sequencer = await bench.open()
    expect(await sequencer.submit(bench.hold())).toEqual({ index: SIZE })
  })

  test('a row that says more was published than was signed: nothing is signed', async () => {
    const database = await open()
    await using bench = await LogBench.make(database, SIZE)
    const { db } = database
    const state = await db.selectFrom('log_state').selectAll().executeTakeFirstOrThrow()
    const sequencer = await bench.open()
    await sequencer.submit(bench.hold())
    await sequencer.close()
    await db.updateTable('log_state').set(state).execute()
    await db.deleteFrom('entries').where('index', '>=', state.size).execute()
    await db.deleteFrom('orders').where('log_index', '>=', state.size).execute()
    await bench.forgetCheckpointFile()
    await expect(bench.open()).rejects.toThrow('of another log than the database')
  })
})
