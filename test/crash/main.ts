import { startThrowawayPostgres } from '../../src/cli/throwaway-postgres.ts'
import { runCell, type Cell, type Row } from './row.ts'
import { Original, Scene } from './scene.ts'
import { stepCells } from './steps.ts'

const json = process.argv.includes('--json')
const rows: Row[] = []
const say = (text: string) => process.stderr.write(`${text}\n`)

async function runAll(cells: readonly Cell[]): Promise<void> {
  for (const cell of cells) {
    const row = await runCell(cell)
    rows.push(row)
    say(line(row))
  }
}

const line = ({ engine, step, fault, stated, found, audit, ok }: Row) =>
  [
    ok ? '✓' : '✗',
    engine.padEnd(8),
    step.padEnd(18),
    fault.padEnd(38),
    stated.padEnd(10),
    found.padEnd(10),
    audit,
  ].join('  ')

async function onScenes(): Promise<void> {
  const original = await Original.make()
  const server = startThrowawayPostgres({ fsync: false })
  try {
    await Scene.use(original, null, (scene) => runAll(stepCells(scene, 'embedded')))
    await Scene.use(original, server.url, (scene) => runAll(stepCells(scene, 'server')))
  } finally {
    server.stop()
    original.remove()
  }
}

const start = performance.now()
await onScenes()
const seconds = Math.round((performance.now() - start) / 1000)
const ok = rows.every((row) => row.ok)
process.stdout.write(
  json
    ? `${JSON.stringify({ ok, seconds, cells: rows })}\n`
    : `${rows.map(line).join('\n')}\n${rows.length} cells in ${seconds} s, ${rows.filter((row) => !row.ok).length} not as stated\n`,
)
process.exitCode = ok ? 0 : 1
