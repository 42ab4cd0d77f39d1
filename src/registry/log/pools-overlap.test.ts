import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/database.ts'
import { LogBench, quiet } from '../../../test/log-bench.ts'
import { Faults } from '../../../test/log-faults.ts'
import type { Tile } from '../../log/index.ts'
import { Cosigners } from './cosigners.ts'
import type { Sequencer } from './sequencer.ts'
import type { Submission } from './submission.ts'

/** Small, since each of its orders is signed and verified here; two of them still fill a tile and begin another. */
const POOL = 150

/** Cosigners that answer only while the gate is open: what is signed stays unpublished behind it. */
class Gate extends Cosigners {
  #opened: Promise<void> = Promise.resolve()
  #open: () => void = () => undefined
  #isReached = false

  override async collect(...of: Parameters<Cosigners['collect']>) {
    this.#isReached = true
    await this.#opened
    return super.collect(...of)
  }

  shut(): void {
    this.#isReached = false
    this.#opened = new Promise((resolve) => (this.#open = resolve))
  }

  open(): void {
    this.#open()
  }

  /** Resolves when a pool stands before it: whatever comes before publication is over. */
  async reached(): Promise<void> {
    while (!this.#isReached) await wait(1)
  }
}

function gateOf(bench: LogBench): Gate {
  const readTile = (tile: Tile) => bench.store().readTile(tile)
  return new Gate(bench.trust, readTile, quiet)
}

/** Resolves when everything submitted so far has been decided. */
async function decided(sequencer: Sequencer, size: number): Promise<void> {
  while (sequencer.ledger.size < size) await wait(1)
}

const submitAll = (sequencer: Sequencer, pool: readonly Submission[]) =>
  Promise.allSettled(pool.map((one) => sequencer.submit(one)))

describeOnEachEngine('a full pool while the one before it is being published', (open) => {
  test('is decided on what that one will have changed, and answered after it', async () => {
    await using bench = await LogBench.make(await open())
    const gate = gateOf(bench)
    const sequencer = await bench.open({ cosigners: gate, poolSize: POOL })
    const before = bench.publishedSize()
    gate.shut()
    const subject = bench.subject()
    const [hold, again] = [bench.hold(subject), bench.hold(subject)]
    const first = submitAll(sequencer, [hold, ...bench.holds(POOL - 1)])
    const second = submitAll(sequencer, [again, hold, ...bench.holds(POOL - 2)])
    await decided(sequencer, before + POOL + POOL - 2)
    expect(bench.publishedSize()).toBe(before)

    gate.open()
    expect((await first).every(({ status }) => status === 'fulfilled')).toBe(true)
    const [held, repeated, ...rest] = await second
    expect(held).toMatchObject({ status: 'rejected', reason: { code: 'replay' } })
    expect(repeated).toEqual({ status: 'fulfilled', value: { index: before } })
    expect(rest.every(({ status }) => status === 'fulfilled')).toBe(true)
    expect((await bench.audit()).size).toBe(POOL + POOL - 2)
  })

  test.each([
    ['before', 'publication'],
    ['after', 'checkpoint file'],
  ] as const)(
    'A81: goes down with it when that one fails %s %s, and all land once when they come again',
    async (when, step) => {
      await using bench = await LogBench.make(await open())
      const gate = gateOf(bench)
      const faults = new Faults()
      const sequencer = await bench.open({ ...faults.deps(bench), cosigners: gate, poolSize: POOL })
      const before = sequencer.ledger.size
      faults.restart()
      gate.shut()
      const pools = [bench.holds(POOL), bench.holds(POOL)]
      const answers = pools.map((pool) => submitAll(sequencer, pool))
      await decided(sequencer, before + 2 * POOL)
      await gate.reached()
      faults.arm(step, when)
      if (step === 'publication') faults.skipTransaction()
      gate.open()
      for (const answer of (await Promise.all(answers)).flat())
        expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
      faults.lift()
      await sequencer.whenRunning()

      // The first pool's commit happened; of the second nothing is left.
      expect(sequencer.ledger.size).toBe(before + POOL)
      const repeated = await submitAll(sequencer, pools.flat())
      expect(repeated.every(({ status }) => status === 'fulfilled')).toBe(true)
      expect((await bench.audit()).size).toBe(2 * POOL)
    },
  )
})
