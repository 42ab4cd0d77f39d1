import { setTimeout as delay } from 'node:timers/promises'
import { parseImei14, type Imei14 } from '../../core/index.ts'

export interface ProbePlan {
  /** Numbers that the log has refused, as of now. */
  readonly listed: () => Promise<ReadonlySet<Imei14>>
  /** The register's word, asked as a network asks. */
  readonly ask: (imei: Imei14) => Promise<string>
  /** Questions of each kind. */
  readonly count: number
  /** What an order may take to get there before its absence is a finding. */
  readonly graceMs: number
  /** In [0, 1). */
  readonly random: () => number
}

export interface Findings {
  readonly asked: number
  /** Refused by the log, let through by the register: both times it was asked. */
  readonly missingBlock: readonly Imei14[]
  /** Blocked by the register without an order in the log. */
  readonly overBlock: readonly Imei14[]
}

/**
 * Unannounced questions: numbers that must be refused, and their innocent neighbours. Whatever looks
 * wrong is looked at once more, against a new list, for an order may be on its way.
 */
export async function probeRegister(plan: ProbePlan): Promise<Findings> {
  const { listed, ask, count, graceMs, random } = plan
  const before = await listed()
  const refused = pick([...before], count, random)
  const innocent = neighbours([...before], count, random).filter((imei) => !before.has(imei))
  const isBlack = async (imei: Imei14) => (await ask(imei)) === 'BLACKLISTED'
  const missing = await filter(refused, async (imei) => !(await isBlack(imei)))
  const over = await filter(innocent, isBlack)
  const asked = refused.length + innocent.length
  if (missing.length + over.length === 0) return { asked, missingBlock: [], overBlock: [] }
  await delay(graceMs)
  const after = await listed()
  return {
    asked,
    missingBlock: await filter(missing, async (imei) => after.has(imei) && !(await isBlack(imei))),
    overBlock: await filter(over, async (imei) => !after.has(imei) && (await isBlack(imei))),
  }
}

function pick<T>(from: readonly T[], count: number, random: () => number): T[] {
  const left = [...from]
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const [one] = left.splice(Math.floor(random() * left.length), 1)
    return one!
  })
}

/** Other serials of the same models: what a sloppy rule, or an overlong range, would catch. */
function neighbours(listed: readonly Imei14[], count: number, random: () => number): Imei14[] {
  const some = listed.length === 0 ? [] : Array.from({ length: count }, () => listed)
  const made = some.map((all) => {
    const tac = all[Math.floor(random() * all.length)]!.slice(0, 8)
    return parseImei14(tac + String(Math.floor(random() * 1_000_000)).padStart(6, '0'))
  })
  return [...new Set(made)]
}

async function filter<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = []
  for (const item of items) if (await holds(item)) kept.push(item)
  return kept
}
