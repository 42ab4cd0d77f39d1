import { execFileSync } from 'node:child_process'
import { closeSync, cpSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { LogBench } from '../log-bench.ts'
import { FaultyDisk } from './faulty-disk.ts'
import type { Cell, Outcome } from './row.ts'
import { heal, onCopy, openBench, progress, reopened, submitAll, type Original } from './scene.ts'

/** Room in the small file systems, MB: an almost full log, and the database with air. */
const LOG_MB = 2
const DATABASE_MB = 64

/** A real file system without room where mounting one is allowed, else ENOSPC from each write. */
export function fullDiskCells(original: Original): Cell[] {
  const real = maySmallDisk()
  const tiles: Cell = {
    engine: 'embedded',
    step: 'tiles',
    fault: real ? `full disk: tmpfs of ${LOG_MB} MB` : 'full disk: ENOSPC injected (not root)',
    stated: 'P F',
    run: () => onCopy(original, real ? tilesOnFullDisk : tilesWithoutRoom),
  }
  if (!real) return [tiles]
  const database: Cell = {
    engine: 'embedded',
    step: 'database',
    fault: `full disk: tmpfs of ${DATABASE_MB} MB`,
    stated: 'N F',
    run: () => databaseOnFullDisk(original),
  }
  return [tiles, database]
}

function maySmallDisk(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

/** `folder`, with what it holds, on a file system of that size. @returns how to undo it */
function mountSmall(folder: string, mb: number): () => void {
  const aside = `${folder}.aside`
  renameSync(folder, aside)
  execFileSync('mkdir', ['-m', '700', folder])
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mb}m,mode=700`, 'tmpfs', folder])
  cpSync(aside, folder, { recursive: true })
  rmSync(aside, { recursive: true })
  return () => execFileSync('umount', [folder])
}

/** Takes all room that is left. @returns how to give it back */
function fill(folder: string): () => void {
  const ballast = join(folder, 'ballast')
  const file = openSync(ballast, 'w')
  for (let size = 1 << 20; size >= 512; size >>= 1)
    try {
      for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break
    } catch {
      // no room for that much: for half of it, perhaps
    }
  closeSync(file)
  return () => rmSync(ballast)
}

async function tilesOnFullDisk(bench: LogBench): Promise<Outcome> {
  const folder = join(bench.folder, 'log')
  const unmount = mountSmall(folder, LOG_MB)
  try {
    const sequencer = await bench.open()
    const free = fill(folder)
    const three = bench.holds(3)
    const answered = await submitAll(sequencer, three)
    const outcome: Outcome = `${await progress(bench)} ${sequencer.halted ? 'F' : 'C'}`
    await sequencer.close()
    free()
    await heal(bench, [...three, ...bench.holds(3)], answered)
    return outcome
  } finally {
    unmount()
  }
}

async function tilesWithoutRoom(bench: LogBench): Promise<Outcome> {
  const sequencer = await bench.open()
  const disk = new FaultyDisk(join(bench.folder, 'log'))
  try {
    disk.fail((call) => call.includes(': writeFile'), 'before', 'ENOSPC')
    const three = bench.holds(3)
    const answered = await submitAll(sequencer, three)
    const outcome: Outcome = `${await progress(bench)} ${sequencer.halted ? 'F' : 'C'}`
    await sequencer.close()
    disk.lift()
    await heal(bench, [...three, ...bench.holds(3)], answered)
    return outcome
  } finally {
    disk.remove()
  }
}

async function databaseOnFullDisk(original: Original): Promise<Outcome> {
  const folder = original.copy()
  const unmount = mountSmall(join(folder, 'database'), DATABASE_MB)
  try {
    const bench = await openBench(folder, original.keys)
    await bench.startWitness()
    const sequencer = await bench.open()
    const free = fill(join(folder, 'database'))
    const three = bench.holds(3)
    const answered = await submitAll(sequencer, three)
    const halted = sequencer.halted !== null
    await bench.close()
    free()
    await bench.database.close()
    const left = await reopened(folder, original.keys, three, answered)
    return `${left} ${halted ? 'F' : 'C'}`
  } finally {
    unmount()
    rmSync(folder, { recursive: true, force: true })
  }
}
