// One part of the matrix, as a process: a JSON line for each cell.
import { startThrowawayPostgres } from '../../src/cli/throwaway-postgres.ts'
import { backupCells } from './backups.ts'
import { databaseCell, diskCells } from './disk.ts'
import { fullDiskCells } from './full-disk.ts'
import { powerCutCells } from './power-cut.ts'
import { runCell, type Cell } from './row.ts'
import { Original, Scene } from './scene.ts'
import { sigkillCells } from './sigkill.ts'
import { stepCells } from './steps.ts'

async function runAll(cells: readonly Cell[]): Promise<void> {
  for (const cell of cells) process.stdout.write(`${JSON.stringify(await runCell(cell))}\n`)
}

/** Cells that share one open database. */
async function inProcess(original: Original): Promise<void> {
  await Scene.use(original, null, async (scene) => {
    await runAll(stepCells(scene, 'embedded'))
    await runAll(await diskCells(scene))
  })
  const server = startThrowawayPostgres({ fsync: false })
  try {
    await Scene.use(original, server.url, (scene) => runAll(stepCells(scene, 'server')))
  } finally {
    server.stop()
  }
}

/** Cells that need a database of their own. */
async function onCopies(original: Original): Promise<void> {
  await runAll([...backupCells(original), databaseCell(original), ...fullDiskCells(original)])
  const { cells, remove } = await powerCutCells(original)
  await runAll(cells)
  remove()
}

const original = await Original.make()
try {
  if (process.argv[2] === 'sigkill') await runAll(sigkillCells(original))
  else if (process.argv[2] === 'copies') await onCopies(original)
  else await inProcess(original)
} finally {
  original.remove()
}
