import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../src/registry/db/database.ts'
import { LogBench } from '../log-bench.ts'
import type { When } from '../log-faults.ts'
import { FaultyDisk, type DiskCall } from './faulty-disk.ts'
import type { Cell, Outcome } from './row.ts'
import { heal, onCopy, progress, reopened, submitAll, type Original, type Scene } from './scene.ts'

/** EIO from each call by which a pool changes a file or folder of the tile store, before and after. */
export async function diskCells(scene: Scene): Promise<Cell[]> {
  const calls = await callsOfOnePool(scene)
  const files = [...new Set(calls.map((call) => call.split(/:| \(/)[0]!))].toSorted()
  return files.flatMap((file) =>
    (['before', 'after'] as const).map((when): Cell => {
      const own = calls.filter((call) => call.split(/:| \(/)[0] === file)
      return {
        engine: 'embedded',
        step: file === '' ? 'log folder' : file,
        fault: `EIO ${when}, calls: ${own.length}`,
        stated: 'P F',
        run: () => failEach(scene, own, when),
      }
    }),
  )
}

async function callsOfOnePool(scene: Scene): Promise<DiskCall[]> {
  const bench = await scene.reset()
  const sequencer = await bench.open()
  const disk = new FaultyDisk(join(bench.folder, 'log'))
  try {
    disk.lift()
    await submitAll(sequencer, bench.holds(3))
    // Parents are synced again for each file: once is enough.
    return disk.calls.filter((call) => call.endsWith(' 1'))
  } finally {
    disk.remove()
    await sequencer.close()
  }
}

async function failEach(scene: Scene, calls: readonly DiskCall[], when: When): Promise<Outcome> {
  const outcomes = new Set<Outcome>()
  for (const call of calls) {
    const bench = await scene.reset()
    const sequencer = await bench.open()
    const disk = new FaultyDisk(join(bench.folder, 'log'))
    const three = bench.holds(3)
    try {
      disk.fail((one) => one === call, when)
      const answered = await submitAll(sequencer, three)
      if (disk.met === 0) throw new Error(`${call} did not come`)
      const outcome: Outcome = `${await progress(bench)} ${sequencer.halted ? 'F' : 'C'}`
      if (outcome !== 'P F') throw new Error(`${call}: ${outcome}`)
      outcomes.add(outcome)
      await sequencer.close()
      disk.lift()
      await heal(bench, [...three, ...bench.holds(3)], answered)
    } finally {
      disk.remove()
    }
  }
  return [...outcomes][0]!
}

/** The swap's own fsync fails: PostgreSQL panics, and whether the commit stands only reopening tells. */
export function databaseCell(original: Original): Cell {
  return {
    engine: 'embedded',
    step: 'swap',
    fault: 'EIO from the fsync of its commit',
    stated: 'N or P',
    run: async () => {
      const fsyncs = await onCopy(original, async (bench) => {
        const sequencer = await bench.open()
        const count = bench.database.fsyncCount()!
        await sequencer.close()
        return count
      })
      const folder = original.copy()
      const database = await openDatabase({
        folder: join(folder, 'database'),
        failFsyncAt: fsyncs + 1,
      })
      const dying = new LogBench(database, folder, original.keys)
      dying.now = Date.now()
      let over = false
      database.onFatal(() => (over = true))
      await dying.startWitness()
      const sequencer = await dying.open()
      const three = dying.holds(3)
      const answered = await submitAll(sequencer, three)
      if (!over || answered.size > 0) throw new Error('the database went on')
      await dying.close()
      await database.close()
      try {
        return await reopened(folder, original.keys, three, answered)
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  }
}
