import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readHolds } from './bench-file.ts'
import type { Cell, Outcome } from './row.ts'
import { reopened, type Original } from './scene.ts'

const CHILD = fileURLToPath(new URL('power-cut-child.ts', import.meta.url))

/** Moments at which power fails, and what must be there when it is back. */
export const CUTS: Readonly<Record<string, Outcome>> = {
  'swap before': 'N',
  'swap after': 'P',
  'entry bundle before': 'P',
  'upper tile after': 'P',
  'publication before': 'P',
  'checkpoint file before': 'P',
  'checkpoint file after': 'P',
  'publication after': 'P',
  answered: 'P',
}

/**
 * One registry works on a disk that forgets what was not fsynced, names included, both of its
 * database and of its tiles; at each moment a copy is taken of what the disk would hold.
 */
export async function powerCutCells(original: Original): Promise<{
  readonly cells: readonly Cell[]
  readonly remove: () => void
}> {
  const folder = original.copy()
  const cuts = mkdtempSync(join(tmpdir(), 'stolen-mode-cuts-'))
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, cuts], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = (await once(child, 'close')) as [number | null]
  rmSync(folder, { recursive: true, force: true })
  const cells = Object.entries(CUTS).map(([moment, stated]): Cell => ({
    engine: 'embedded',
    step: moment.replace(/ (before|after)$/, ''),
    fault: `power cut ${/(before|after)$/.exec(moment)?.[0] ?? ''}`.trim(),
    stated,
    run: async () => {
      if (code !== 0) throw new Error('the registry on the forgetful disk failed')
      return powerIsBack(original, join(cuts, moment))
    },
  }))
  return { cells, remove: () => rmSync(cuts, { recursive: true, force: true }) }
}

async function powerIsBack(original: Original, cut: string): Promise<Outcome> {
  if (!readdirSync(cut).includes('database')) throw new Error('the database is gone')
  cpSync(join(original.folder, 'bench.json'), join(cut, 'bench.json'))
  const three = readHolds(join(cut, 'holds.json'))
  const acknowledged = new Map<string, number>(
    JSON.parse(readFileSync(join(cut, 'acknowledged.json'), 'utf8')) as [string, number][],
  )
  try {
    return await reopened(cut, original.keys, three, acknowledged)
  } finally {
    rmSync(cut, { recursive: true })
  }
}
