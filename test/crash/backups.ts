import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strictEqual } from 'node:assert'
import type { LogBench } from '../log-bench.ts'
import { Faults } from '../log-faults.ts'
import type { Submission } from '../../src/registry/log/submission.ts'
import type { Cell, Outcome } from './row.ts'
import {
  ALMOST_FULL,
  heal,
  onCopy,
  openBench,
  signedSize,
  submitAll,
  type Original,
} from './scene.ts'

/** Old copies put back, or run beside the live log: whatever is older than what was published signs nothing. */
export function backupCells(original: Original): Cell[] {
  const cell = (
    step: string,
    fault: string,
    outcome: Outcome,
    run: (bench: LogBench, old: string) => Promise<Outcome>,
  ): Cell => ({
    engine: 'embedded',
    step,
    fault,
    stated: outcome,
    run: () => onCopy(original, (bench) => run(bench, original.folder)),
  })
  return [
    cell('restored backup', 'database older than tiles', 'refused', async (bench, old) => {
      const three = await goOn(bench)
      await swapDatabase(bench, old, async (older) => {
        await demandRefused(older, 'newer than the database')
      })
      await heal(bench, three, new Map())
      return 'refused'
    }),
    cell('restored backup', 'tiles older, staging there', 'P', async (bench, old) => {
      const three = await crashBeforeTiles(bench)
      putBack(bench, old, 'log')
      await heal(bench, [...three, bench.hold()], new Map())
      return 'P'
    }),
    cell('restored backup', 'tiles older, staging gone', 'refused', async (bench, old) => {
      const three = await goOn(bench)
      const live = keep(bench, 'log')
      putBack(bench, old, 'log')
      await demandRefused(bench, 'is missing')
      putBack(bench, live, 'log')
      rmSync(live, { recursive: true })
      await heal(bench, three, new Map())
      return 'refused'
    }),
    cell('restored backup', 'both older, witness reachable', 'reads only', (bench, old) =>
      bothOlder(bench, old, 'witness-floor'),
    ),
    cell('restored backup', 'both older, witness away', 'reads only', (bench, old) =>
      bothOlder(bench, old, 'unavailable'),
    ),
    cell('copied database', 'beside the live one, on its folder', 'refused', async (bench, old) => {
      const live = await bench.open()
      const held: Submission[] = []
      await swapDatabase(bench, old, async (copy) => {
        const other = await copy.open()
        held.push(...bench.holds(3))
        await submitAll(live, held)
        strictEqual((await submitAll(other, copy.holds(3))).size, 0, 'the copy answers nothing')
        strictEqual(await signedSize(copy), ALMOST_FULL, 'the copy signs nothing')
        await other.close()
      })
      await live.close()
      await heal(bench, held, new Map())
      return 'refused'
    }),
    cell('copied database', 'beside the live one, own folder', 'refused', async (bench, old) => {
      const live = await bench.open()
      const held = bench.holds(3)
      const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-crash-'))
      cpSync(old, folder, { recursive: true })
      const copy = await openBench(folder, bench.keys)
      copy.now += 1 // another time, another leaf
      try {
        const other = await copy.open()
        await submitAll(live, held)
        strictEqual((await submitAll(other, copy.holds(3))).size, 0, 'the copy answers nothing')
        strictEqual(copy.publishedSize(), ALMOST_FULL, 'the copy publishes nothing')
        while (other.halted?.code !== 'witness-floor')
          await new Promise((resolve) => setTimeout(resolve, 50))
      } finally {
        await copy.close()
        await copy.database.close()
        rmSync(folder, { recursive: true })
      }
      await live.close()
      await heal(bench, held, new Map())
      return 'refused'
    }),
  ]
}

async function goOn(bench: LogBench): Promise<Submission[]> {
  const three = bench.holds(3)
  const sequencer = await bench.open()
  await submitAll(sequencer, three)
  await sequencer.close()
  return three
}

async function crashBeforeTiles(bench: LogBench): Promise<Submission[]> {
  const three = bench.holds(3)
  const faults = new Faults()
  const sequencer = await bench.open(faults.deps(bench))
  faults.arm('entry bundle', 'before')
  await submitAll(sequencer, three)
  await sequencer.close()
  return three
}

/** The same folder and keys, on the database that `old` holds. */
async function swapDatabase(
  bench: LogBench,
  old: string,
  work: (older: LogBench) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-crash-'))
  cpSync(join(old, 'database'), join(folder, 'database'), { recursive: true })
  const { database } = await openBench(folder, bench.keys)
  const older = bench.on(database)
  try {
    await work(older)
  } finally {
    await older.close()
    await database.close()
    rmSync(folder, { recursive: true })
  }
}

async function bothOlder(
  bench: LogBench,
  old: string,
  code: 'witness-floor' | 'unavailable',
): Promise<Outcome> {
  const three = await goOn(bench)
  const live = keep(bench, 'log')
  putBack(bench, old, 'log')
  if (code === 'unavailable') await bench.stopWitness()
  await swapDatabase(bench, old, async (older) => {
    const sequencer = await older.open()
    strictEqual(sequencer.halted?.code, code)
    strictEqual(sequencer.published.newest?.checkpoint.size, ALMOST_FULL, 'reads go on')
    await sequencer.submit(older.hold()).then(
      () => Promise.reject(new Error('it signed')),
      () => undefined,
    )
    strictEqual(await signedSize(older), ALMOST_FULL, 'nothing is signed')
    await sequencer.close()
  })
  if (code === 'unavailable') await bench.startWitness()
  putBack(bench, live, 'log')
  rmSync(live, { recursive: true })
  await heal(bench, three, new Map())
  return 'reads only'
}

async function demandRefused(bench: LogBench, why: string): Promise<void> {
  const message = await bench.open().then(
    () => 'it started',
    (error: unknown) => String(error),
  )
  if (!message.includes(why)) throw new Error(`expected "${why}", found: ${message}`)
}

function keep(bench: LogBench, part: string): string {
  const kept = mkdtempSync(join(tmpdir(), 'stolen-mode-crash-'))
  cpSync(join(bench.folder, part), join(kept, part), { recursive: true })
  return kept
}

function putBack(bench: LogBench, from: string, part: string): void {
  rmSync(join(bench.folder, part), { recursive: true })
  cpSync(join(from, part), join(bench.folder, part), { recursive: true })
}
