// npm run test:crash: the whole crash matrix, three lanes at once, and its table.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Row } from './row.ts'

const LANE = fileURLToPath(new URL('lane.ts', import.meta.url))
const json = process.argv.includes('--json')
const rows: Row[] = []

async function runLane(lane: string): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', 'tsx', LANE, lane], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  for await (const text of createInterface({ input: child.stdout })) {
    const row = JSON.parse(text) as Row
    rows.push(row)
    process.stderr.write(`${lineOf(row)}\n`)
  }
  const [code] = (await closed) as [number | null]
  return code === 0
}

function lineOf({ engine, step, fault, stated, found, audit, ok }: Row): string {
  const cells = [
    engine.padEnd(8),
    step.padEnd(20),
    fault.padEnd(38),
    stated.padEnd(10),
    found.padEnd(10),
  ]
  return [ok ? '✓' : '✗', ...cells, audit].join('  ')
}

const HEAD = `   ${['engine'.padEnd(8), 'step'.padEnd(20), 'fault'.padEnd(38), 'stated'.padEnd(10), 'found'.padEnd(10)].join('  ')}  audit`
const KEY = `N nothing is in the log, P all of it is · F stop, reload, verify, C go on
after each: every published entry, tile and row audited, the witness cosigns what comes next,
no acknowledged order lost, none twice`

const start = performance.now()
const lanes = await Promise.all(['in-process', 'copies', 'sigkill'].map((lane) => runLane(lane)))
const seconds = Math.round((performance.now() - start) / 1000)
const wrong = rows.filter(({ ok }) => !ok).length
const ok = wrong === 0 && lanes.every((done) => done)
const table = [HEAD, ...rows.map((row) => lineOf(row)), KEY].join('\n')
process.stdout.write(
  json
    ? `${JSON.stringify({ ok, seconds, cells: rows })}\n`
    : `${table}\n${rows.length} cells in ${seconds} s: ${ok ? 'all as stated' : `${wrong} not as stated`}\n`,
)
process.exitCode = ok ? 0 : 1
