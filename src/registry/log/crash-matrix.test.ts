import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/database.ts'
import { LogBench, oidOf } from '../../../test/log-bench.ts'
import { Faults, type Step, type When } from '../../../test/log-faults.ts'
import type { Sequencer } from './sequencer.ts'
import type { Submission } from './submission.ts'

/** Two below a full tile: the next three cross its edge. */
const ALMOST_FULL = 254

/** Of the matrix that `npm run test:crash` runs whole: the commit without an answer, and the first file after it. */
const CELLS: readonly (readonly [Step, When])[] = [
  ['swap', 'after'],
  ['level-0 tile', 'before'],
]

describeOnEachEngine('A81: a crash at a step', (open) => {
  test.each(CELLS)('%s, %s it: none lost, none twice', async (step, when) => {
    await using bench = await LogBench.make(await open(), ALMOST_FULL)
    const faults = new Faults()
    const faulty = await openFaulty(bench, faults)
    const [three, threeMore] = [bench.holds(3), bench.holds(3)]

    faults.arm(step, when)
    const answered = await submitAll(faulty, three)
    expect(faults.met).toBeGreaterThan(0)
    // Whatever was answered stands, although nothing more of this process is believed.
    expect(await signedSize(bench)).toBe(ALMOST_FULL + 3)
    expect(answered.size).toBe(0)

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
})

function openFaulty(bench: LogBench, faults: Faults): Promise<Sequencer> {
  return bench.open(faults.deps(bench))
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
