import { Refusal } from '../core/index.ts'
import { sha256Fast } from '../host/index.ts'
import type { VerifiedCheckpoint } from '../log/index.ts'
import { auditLaw, type AuditPosition, type LawAudit, type LawAudited } from '../wire/index.ts'
import type { AuditMemory } from './audit-memory.ts'

/** How often the position is written down: what an interruption may cost. */
const SAVE_EVERY_MS = 1_000
/** The log contradicts what it has signed before. */
const CONTRADICTIONS = ['tree-went-back', 'split-view', 'not-consistent']

type Remembering = Pick<LawAudit, 'trust' | 'headTrust' | 'origin' | 'read' | 'progress'> & {
  readonly memory: AuditMemory
}

/**
 * An audit that holds the log to what it has shown this auditor before, and goes on where the last
 * one was interrupted. Both notes of a contradiction are kept: what was signed cannot be denied.
 * @throws {Refusal} those of `auditLaw`; fact `evidence`: the folder of the notes
 */
export async function auditRemembered({ memory, ...rest }: Remembering): Promise<LawAudited> {
  const earlier = memory.seen
  const saving = new Saving(memory)
  let head: VerifiedCheckpoint | null = null
  try {
    const audited = await auditLaw({
      ...rest,
      sha256: sha256Fast,
      earlier,
      resume: memory.position,
      head: async (checkpoint) => {
        head = checkpoint
        await memory.saw(checkpoint)
      },
      reached: (at) => saving.offer(at),
    })
    await saving.finish()
    await memory.finished(audited.checkpoint)
    return audited
  } catch (error) {
    if (head && error instanceof Refusal) throw await convicted(memory, error, { earlier, head })
    throw error
  }
}

interface Shown {
  readonly earlier: readonly VerifiedCheckpoint[]
  readonly head: VerifiedCheckpoint
}

async function convicted(
  memory: AuditMemory,
  refusal: Refusal,
  { earlier, head }: Shown,
): Promise<Refusal> {
  const { code, message, facts } = refusal
  const against = earlier.filter(({ size }) => size === (facts['size'] ?? head.size))
  // Without an earlier note it contradicts itself, and its own files show that.
  if (!CONTRADICTIONS.includes(code) || against.length === 0) return refusal
  const evidence = await memory.convict(code, [...against, head])
  return new Refusal(code, `${message}; both notes are kept in ${evidence}`, { ...facts, evidence })
}

class Saving {
  readonly #memory: AuditMemory
  #last: (() => AuditPosition) | null = null
  #next = performance.now() + SAVE_EVERY_MS

  constructor(memory: AuditMemory) {
    this.#memory = memory
  }

  async offer(at: () => AuditPosition): Promise<void> {
    this.#last = at
    if (performance.now() < this.#next) return
    await this.finish()
    this.#next = performance.now() + SAVE_EVERY_MS
  }

  async finish(): Promise<void> {
    if (this.#last) await this.#memory.reached(this.#last())
    this.#last = null
  }
}
