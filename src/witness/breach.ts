import { join } from 'node:path'
import { z } from 'zod'
import { Refusal, utf8 } from '../core/index.ts'
import { mkdirDurably, writeFileDurably } from '../host/index.ts'
import { formatNote, type VerifiedCheckpoint } from '../log/index.ts'
import type { Broken } from './mirror.ts'
import { originId, readOptional } from './state-store.ts'

/** Breaches told one by one; whoever breaks the law a thousand times need not fill our disk. */
const MAX_TOLD = 256

const schema = z.strictObject({
  code: z.enum(['cap-exceeded', 'unlawful']),
  /** The leaf that broke the law. */
  index: z.number().int().nonnegative(),
  detail: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  /** The first signed checkpoint met whose root proves that the leaf stands there. */
  checkpoint: z.string(),
  /** When it was met, ISO 8601. */
  seenAt: z.string(),
  /** The leaf whose record voided it; null while it silences this guardian. */
  voidedBy: z.number().int().nonnegative().nullable(),
})

/** Why a guardian is, or was, silent. The leaf stays in the log, so this is never forgotten. */
export type Breach = Readonly<z.infer<typeof schema>>

export function refusalOf({ code, detail, facts }: Breach): Refusal {
  return new Refusal(code, detail, facts)
}

/** A broken entry in the words of a refusal to cosign. */
function told({ index, refusal }: Broken) {
  const isCap = refusal.code === 'cap-exceeded'
  return {
    code: isCap ? ('cap-exceeded' as const) : ('unlawful' as const),
    index,
    detail: refusal.message,
    facts: { ...refusal.facts, ...(!isCap && { cause: refusal.code }), index },
  }
}

/** The breaches of one log, in log order. One file, replaced whole. */
export class BreachBook {
  readonly #path: string
  #breaches: readonly Breach[]
  #isSaved = true

  private constructor(path: string, breaches: readonly Breach[]) {
    this.#path = path
    this.#breaches = breaches
  }

  /** @throws {Refusal} fatal: the file is there and is none of ours */
  static async open(folder: string, origin: string): Promise<BreachBook> {
    await mkdirDurably(join(folder, 'breaches'))
    const path = join(folder, 'breaches', `${originId(origin)}.json`)
    const bytes = await readOptional(path)
    if (bytes === null) return new BreachBook(path, [])
    try {
      const breaches = z.array(schema).parse(JSON.parse(new TextDecoder().decode(bytes)))
      return new BreachBook(path, breaches)
    } catch {
      throw new Refusal('fatal', `the breaches kept for ${origin} do not read back`)
    }
  }

  get all(): readonly Breach[] {
    return this.#breaches
  }

  /** The first that nothing has voided. */
  get open(): Breach | null {
    return this.#breaches.find(({ voidedBy }) => voidedBy === null) ?? null
  }

  /**
   * Brings the book to what the mirror has found below `checkpoint`. Durable when this returns, if it
   * changed. In memory first: a disk that fails must not make us forget within this process.
   * @returns what is new in it
   */
  async update(
    found: { readonly broken: readonly Broken[]; readonly open: Broken | null },
    checkpoint: VerifiedCheckpoint,
    seenAt: string,
  ): Promise<readonly Breach[]> {
    const before = new Map(this.#breaches.map((breach) => [breach.index, breach]))
    const note = formatNote(checkpoint.note)
    // Whichever is open first must be told, however many stand before it.
    const shown = found.broken.filter(
      (broken, i) => i < MAX_TOLD || broken === found.open || before.has(broken.index),
    )
    const after = new Map(before)
    for (const broken of shown) {
      const { voidedBy } = broken
      const first = before.get(broken.index) ?? { ...told(broken), checkpoint: note, seenAt }
      after.set(broken.index, { ...first, voidedBy })
    }
    const next = [...after.values()].toSorted((a, b) => a.index - b.index)
    const fresh = next.filter(({ index }) => !before.has(index))
    if (this.#isSaved && JSON.stringify(next) === JSON.stringify(this.#breaches)) return fresh
    this.#breaches = next
    this.#isSaved = false
    await writeFileDurably(this.#path, utf8(`${JSON.stringify(next, null, 2)}\n`))
    this.#isSaved = true
    return fresh
  }
}
