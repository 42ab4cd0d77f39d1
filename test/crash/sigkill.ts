import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { STEPS, type Step, type When } from '../log-faults.ts'
import { LogBench } from '../log-bench.ts'
import { holdsToJson } from './bench-file.ts'
import type { Cell, Outcome } from './row.ts'
import { reopened, type Original } from './scene.ts'
import { stated } from './steps.ts'

const CHILD = fileURLToPath(new URL('sigkill-child.ts', import.meta.url))

/** A real process, with its embedded database, dies at each step; the next one takes over. */
export function sigkillCells(original: Original): Cell[] {
  return STEPS.flatMap((step) =>
    (['before', 'after'] as const).map((when) => ({
      engine: 'embedded' as const,
      step,
      fault: `SIGKILL ${when}`,
      stated: stated(step, when).slice(0, 1) as Outcome,
      run: () => killAt(original, step, when),
    })),
  )
}

async function killAt(original: Original, step: Step, when: When): Promise<Outcome> {
  const folder = original.copy()
  const unopened = new LogBench(null as never, folder, original.keys)
  unopened.now = Date.now()
  const three = unopened.holds(3)
  writeFileSync(join(folder, 'holds.json'), holdsToJson(three))
  try {
    await unopened.startWitness()
    const answered = await dieAlone(folder, step, when)
    await unopened.stopWitness()
    return await reopened(folder, original.keys, three, answered)
  } finally {
    await unopened.stopWitness()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What the process acknowledged before it died. */
async function dieAlone(folder: string, step: Step, when: When): Promise<Map<string, number>> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, step, when], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.on('data', (data: Buffer) => (told += data.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (signal !== 'SIGKILL') throw new Error(`the process ended with ${code ?? signal}`)
  const lines = told.split('\n').filter((line) => line !== '')
  return new Map(lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]))
}
