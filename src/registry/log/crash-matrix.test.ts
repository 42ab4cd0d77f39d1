import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/database.ts'
import { LogBench, oidOf } from '../../../test/log-bench.ts'
import { Faults, type Step, type When } from '../../../test/log-faults.ts'
import type { Sequencer } from './sequencer.ts'
import type { Submission } from './submission.ts'

/** Two below a full tile: the next three cross its edge. */
const ALMOST_FULL = 254

/** What the faulty step leaves of the first pool: N nothing, P its entries are in the log. */
const OUTCOME = (step: Step, when: When) => (step === 'swap' && when === 'before' ? 'N' : 'P')

/** Of the four files each is met once, the one across the edge on both sides. */
const CELLS: readonly (readonly [Step, When])[] = [
  ['swap', 'before'],
  ['swap', 'after'],
  ['file 1', 'before'],
  ['file 2', 'after'],
  ['file 3', 'before'],
  ['file 3', 'after'],
  ['file 4', 'before'],
  ['publication', 'before'],
  ['publication', 'after'],
  ['checkpoint file', 'before'],
  ['checkpoint file', 'after'],
  ['discard', 'before'],
  ['discard', 'after'],
]

describeOnEachEngine('a crash at each step', (open) => {
  test.each(CELLS)('%s, %s it: none lost, none twice', async (step, when) => {
    await using bench = await LogBench.make(await open(), ALMOST_FULL)
    const faults = new Faults()
    const faulty = await openFaulty(bench, faults)
    const [three, threeMore] = [bench.holds(3), bench.holds(3)]

    faults.arm(step, when)
    const answered = await submitAll(faulty, three)
    expect(faults.met).toBeGreaterThan(0)
    // Whatever was answered stands, although nothing more of this process is believed.
    const size = ALMOST_FULL + (OUTCOME(step, when) === 'P' ? 3 : 0)
    expect(await signedSize(bench)).toBe(size)
    expect(answered.size).toBe(step === 'discard' ? 3 : 0)

    // It goes on under the same fault: refused at once, or once more undone.
    for (const [oid, index] of await submitAll(faulty, threeMore)) answered.set(oid, index)
    await faulty.close()
    faults.lift()

    const next = await bench.open()
    const all = [...three, ...threeMore, ...bench.holds(3)]
    const places = await submitAll(next, all)
    expect(places.size).toBe(all.length)
    const logged = await bench.audit()
    expect(logged.size).toBe(ALMOST_FULL + all.length - founding(bench))
    for (const [oid, index] of [...answered, ...places]) expect(logged.get(oid)).toBe(index)
    await expect(stagedRows(bench)).resolves.toBe(0)
  })

  test.each(['file 3', 'publication'] as const)(
    '%s fails in the next process too: it does not start, and the third heals',
    async (step) => {
      await using bench = await LogBench.make(await open(), ALMOST_FULL)
      const faults = new Faults()
      const faulty = await openFaulty(bench, faults)
      const three = bench.holds(3)
      faults.arm(step, 'before')
      expect((await submitAll(faulty, three)).size).toBe(0)
      await faulty.close()

      faults.restart()
      // Recovery has no swap: its first transaction is the publication.
      faults.arm(step === 'publication' ? 'swap' : step, 'before')
      await expect(openFaulty(bench, faults)).rejects.toThrow('fault before')
      faults.lift()

      const next = await bench.open()
      expect((await submitAll(next, [...three, ...bench.holds(1)])).size).toBe(4)
      expect((await bench.audit()).size).toBe(ALMOST_FULL + 4 - founding(bench))
    },
  )
})

function openFaulty(bench: LogBench, faults: Faults): Promise<Sequencer> {
  const db = faults.database(bench.database.db)
  return bench.open({ db, store: faults.store(join(bench.folder, 'log')) })
}

/** The answers, by oid; refusals for want of the log are left out, any other fails the test. */
async function submitAll(
  sequencer: Sequencer,
  submissions: readonly Submission[],
): Promise<Map<string, number>> {
  const answers = await Promise.allSettled(submissions.map((one) => sequencer.submit(one)))
  const places = new Map<string, number>()
  for (const [i, answer] of answers.entries()) {
    if (answer.status === 'fulfilled')
      places.set(oidOf(submissions[i]!.body.payload), answer.value.index)
    else expect(answer.reason).toMatchObject({ code: 'unavailable' })
  }
  return places
}

async function signedSize({ database }: LogBench): Promise<number> {
  const row = await database.db.selectFrom('log_state').select('size').executeTakeFirstOrThrow()
  return Number(row.size)
}

async function stagedRows({ database }: LogBench): Promise<number> {
  return (await database.db.selectFrom('staging').select('size').execute()).length
}

const founding = ({ founding: { certificates } }: LogBench) => 1 + certificates.length
