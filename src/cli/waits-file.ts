import { readFile } from 'node:fs/promises'
import { demand, parseTac, type Tac } from '../core/index.ts'

const HOUR_MS = 3_600_000

/**
 * How long acts of owners wait where a maker chose less than a day: a line `TAC hours` for each model,
 * whole hours from 1 to 24. @returns ms by TAC. @throws {Refusal} config, imei-digits
 */
export async function readWaits(path: string): Promise<ReadonlyMap<Tac, number>> {
  const text = await readFile(path, 'utf8').catch(() => null)
  demand(text !== null, 'config', 'STOLEN_MODE_WAITS: there is no such file')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return new Map(
    lines.map((line) => {
      const [, tac, hours] = /^([0-9]{8})\s+([0-9]{1,2})\s*$/.exec(line) ?? []
      const isRight = tac !== undefined && Number(hours) >= 1 && Number(hours) <= 24
      demand(isRight, 'config', 'STOLEN_MODE_WAITS: expected lines of a TAC and 1 to 24 hours')
      return [parseTac(tac), Number(hours) * HOUR_MS] as const
    }),
  )
}
