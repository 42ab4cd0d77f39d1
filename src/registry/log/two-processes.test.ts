import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/database.ts'
import { LogBench, oidOf } from '../../../test/log-bench.ts'
import { Faults } from '../../../test/log-faults.ts'
import type { Sequencer } from './sequencer.ts'
import type { Submission } from './submission.ts'

const ROUNDS = 3

describeOnEachEngine('two sequencers on one database and one folder', (open) => {
  test('A95: whoever loses the swap signs nothing, reloads and goes on: one log, each order once', async () => {
    const database = await open()
    await using bench = await LogBench.make(database)
    const winner = await bench.open()
    const race = new Race()
    const loser = await bench.open({ db: race.database(database.db) })
    const [first, second] = [bench.hold(), bench.hold()]
    race.meanwhile = () => winner.submit(first)

    await expect(loser.submit(second)).rejects.toMatchObject({ code: 'unavailable' })
    expect(await race.won).toEqual({ index: founding(bench) })
    await loser.whenRunning()
    expect(await loser.submit(second)).toEqual({ index: founding(bench) + 1 })
    const logged = await bench.audit()
    expect([...logged.keys()]).toEqual([first, second].map(({ body }) => oidOf(body.payload)))
  })

  test('both under load: every order lands once, and what is published never goes back', async () => {
    await using bench = await LogBench.make(await open())
    const both = [await bench.open(), await bench.open()] as const
    const sizes: number[] = []
    const watch = setInterval(() => sizes.push(bench.publishedSize()), 2)
    const holds: Submission[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const pools = both.map((sequencer) => ({ sequencer, pool: bench.holds(4) }))
      for (const { pool } of pools) holds.push(...pool)
      await Promise.all(
        pools.flatMap(({ sequencer, pool }) => pool.map((hold) => insist(sequencer, hold))),
      )
    }
    clearInterval(watch)
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    const logged = await bench.audit()
    expect(logged.size).toBe(holds.length)
  })

  test('A86: an order held back by one process lands through another, once', async () => {
    const database = await open()
    await using bench = await LogBench.make(database)
    const faults = new Faults()
    const silent = await bench.open({ db: faults.database(database.db) })
    const other = await bench.open()
    // It signs and swaps, and then says nothing to anybody any more.
    faults.arm('publication', 'before')
    const hold = bench.hold()
    await expect(silent.submit(hold)).rejects.toMatchObject({ code: 'unavailable' })
    await silent.close()
    expect(await other.submit(hold)).toEqual({ index: founding(bench) })
    expect(bench.publishedSize()).toBe(founding(bench) + 1)
    expect((await bench.audit()).size).toBe(1)
  })

  test('A95: of two processes the one whose clock is behind signs nothing that goes back', async () => {
    await using bench = await LogBench.make(await open())
    const right = await bench.open()
    let behindMs = 2_000
    const behind = await bench.open({
      surroundings: { ...bench.surroundings, clock: () => bench.now++ - behindMs },
    })
    expect(behind.halted?.code).toBe('unavailable')
    const { index } = await right.submit(bench.hold())
    const hold = bench.hold()
    await expect(behind.submit(hold)).rejects.toMatchObject({ code: 'unavailable' })
    behindMs = 0
    await behind.whenRunning()
    expect(await behind.submit(hold)).toEqual({ index: index + 1 })
    expect(await right.submit(hold)).toEqual({ index: index + 1 })
    expect((await bench.audit()).size).toBe(2)
  })

  test('the idle one follows: what it knows, says and publishes is never older than the log', async () => {
    await using bench = await LogBench.make(await open())
    const busy = await bench.open()
    const idle = await bench.open()
    const hold = bench.hold()
    const { index } = await busy.submit(hold)
    await until(() => idle.published.newest?.checkpoint.size === index + 1)
    expect(idle.ledger.size).toBe(index + 1)
    await busy.close()

    bench.now += 61_000 // it is its turn to ask for fresh cosignatures
    const before = String(await bench.file('checkpoint'))
    await until(async () => String(await bench.file('checkpoint')) !== before)
    expect(bench.publishedSize()).toBe(index + 1)
    expect(await idle.submit(hold)).toEqual({ index })
    expect(await idle.submit(bench.hold())).toEqual({ index: index + 1 })
    await bench.audit()
  })
})

/** Lets another process swap between this one's decision and its own swap. */
class Race {
  meanwhile: (() => Promise<unknown>) | null = null
  won: Promise<unknown> = Promise.resolve()

  database(db: LogBench['database']['db']): LogBench['database']['db'] {
    const transaction = () => {
      const real = db.transaction().setIsolationLevel('read committed')
      const execute = async (body: Parameters<typeof real.execute>[0]) => {
        const other = this.meanwhile
        this.meanwhile = null
        if (other) await (this.won = other())
        return real.execute(body)
      }
      return { setIsolationLevel: () => ({ execute }) }
    }
    return new Proxy(db, {
      get: (target, name) => {
        if (name === 'transaction') return transaction
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }
}

/** As a client does: again with the same order, until there is an answer. */
async function insist(sequencer: Sequencer, hold: Submission): Promise<void> {
  for (;;) {
    try {
      await sequencer.submit(hold)
      return
    } catch (error) {
      expect(error).toMatchObject({ code: 'unavailable' })
      await sequencer.whenRunning()
    }
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come to pass')
    await wait(5)
  }
}

const founding = ({ founding: { certificates } }: LogBench) => 1 + certificates.length
