import { join } from 'node:path'
import { z } from 'zod'
import { Refusal, utf8 } from '../core/index.ts'
import { writeFileDurably } from '../host/index.ts'
import { formatNote, type VerifiedCheckpoint } from '../log/index.ts'
import type { LawBroken } from './mirror.ts'
import { readOptional } from './state-store.ts'

/** Why a guardian is silent: the leaf stays in the log, so this does too. */
export interface Breach {
  readonly code: 'cap-exceeded' | 'unlawful'
  /** The leaf that broke the law. */
  readonly index: number
  readonly detail: string
  readonly facts: Readonly<Record<string, string | number>>
  /** The signed checkpoint whose root proves that the leaf stands there. */
  readonly checkpoint: string
}

const schema = z.strictObject({
  code: z.enum(['cap-exceeded', 'unlawful']),
  index: z.number().int().nonnegative(),
  detail: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  checkpoint: z.string(),
})

export function breachOf(broken: LawBroken, checkpoint: VerifiedCheckpoint): Breach {
  const { index, refusal } = broken
  const isCap = refusal.code === 'cap-exceeded'
  return {
    code: isCap ? 'cap-exceeded' : 'unlawful',
    index,
    detail: refusal.message,
    facts: { ...refusal.facts, ...(!isCap && { cause: refusal.code }), index },
    checkpoint: formatNote(checkpoint.note),
  }
}

export function refusalOf({ code, detail, facts }: Breach): Refusal {
  return new Refusal(code, detail, facts)
}

const pathIn = (folder: string) => join(folder, 'breach.json')

export async function saveBreach(folder: string, breach: Breach): Promise<void> {
  await writeFileDurably(pathIn(folder), utf8(`${JSON.stringify(breach, null, 2)}\n`))
}

/** @throws {Refusal} fatal: the file is there and is none of ours */
export async function loadBreach(folder: string): Promise<Breach | null> {
  const bytes = await readOptional(pathIn(folder))
  if (bytes === null) return null
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    throw new Refusal('fatal', 'breach.json does not read back')
  }
}
