import { expect, test } from 'vitest'
import { coseSign, orderPayload, parseOrder } from '../../core/index.ts'
import { bundleTile, changedBundles, tilePath, type Tile } from '../../log/index.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { LogBench } from '../../../test/log-bench.ts'
import { TileStore } from './tile-store.ts'

/** Notes when a file is durable. */
class WatchedStore extends TileStore {
  readonly done: string[] = []

  override async write(path: string, bytes: Uint8Array): Promise<void> {
    await super.write(path, bytes)
    this.done.push(path)
  }

  override async writeCheckpoint(note: string): Promise<void> {
    await super.writeCheckpoint(note)
    this.done.push('checkpoint')
  }
}

describeOnEachEngine('an answer means published', (open) => {
  test('the entry is fsynced, in its tiles and under a published checkpoint before the promise resolves', async () => {
    const database = await open()
    await using bench = await LogBench.make(database)
    const store = new WatchedStore(bench.folder + '/log')
    const sequencer = await bench.open({ store })
    store.done.length = 0
    const before = database.fsyncCount()
    const hold = bench.hold()

    const seen = await sequencer.submit(hold).then(({ index }) => ({
      index,
      size: bench.publishedSize(),
      done: [...store.done],
      fsyncs: database.fsyncCount(),
    }))

    expect(seen.size).toBe(seen.index + 1)
    const [bundle] = [...changedBundles(seen.index, seen.size)]
    const paths = [bundleTile(bundle!), { ...bundle!, level: 0 } as Tile].map(tilePath)
    for (const path of paths) {
      expect(seen.done).toContain(path)
      expect(seen.done.indexOf(path)).toBeLessThan(seen.done.indexOf('checkpoint'))
    }
    // The swap and the publication: two commits, each on disk. A server does not tell.
    if (before !== undefined) expect(seen.fsyncs! - before).toBeGreaterThanOrEqual(2)
    expect((await bench.audit()).size).toBe(1)
  })

  test('the feed is told the entry together with its checkpoint, before the answer', async () => {
    await using bench = await LogBench.make(await open())
    const sequencer = await bench.open()
    bench.told.length = 0
    const { index } = await sequencer.submit(bench.hold())
    const told = bench.told.find(({ accepted }) => accepted.some((one) => one.index === index))
    expect(told?.published.newest?.checkpoint.size).toBe(index + 1)
  })

  test('nothing is logged and nothing answered while the clock stands at the last checkpoint', async () => {
    await using bench = await LogBench.make(await open())
    const sequencer = await bench.open()
    await sequencer.submit(bench.hold())
    const { size } = sequencer.ledger
    bench.now -= 60_000
    await expect(sequencer.submit(bench.hold())).rejects.toMatchObject({ code: 'unavailable' })
    expect(sequencer.ledger.size).toBe(size)
    bench.now += 120_000
    expect(await sequencer.submit(bench.hold())).toEqual({ index: size })
    await bench.audit()
  })

  test('a submission again gives the same place; another payload under its oid is refused', async () => {
    await using bench = await LogBench.make(await open())
    const sequencer = await bench.open()
    const hold = bench.hold()
    const [first, second] = await Promise.all([sequencer.submit(hold), sequencer.submit(hold)])
    expect(second).toEqual(first)
    expect(await sequencer.submit(hold)).toEqual(first)
    const payload = orderPayload({ ...parseOrder(hold.body.payload), why: 2 })
    const body = coseSign('application/stolen-order+cbor', payload, [bench.founding.intake.signer])
    const other = sequencer.submit({ ...hold, body })
    await expect(other).rejects.toMatchObject({ code: 'oid-reused' })
    expect((await bench.audit()).size).toBe(1)
  })

  test('of two holds of one phone in one pool the first is logged, the second refused', async () => {
    await using bench = await LogBench.make(await open())
    const sequencer = await bench.open()
    const subject = bench.subject()
    const [first, second] = await Promise.allSettled([
      sequencer.submit(bench.hold(subject)),
      sequencer.submit(bench.hold(subject)),
    ])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'replay' } })
    await bench.audit()
  })
})
