import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex, utf8 } from '../core/index.ts'
import { mkdirDurably, sha256Fast, writeFileDurably } from '../host/index.ts'

/** Signed notes that should not exist. What was signed cannot be denied later. */
export type EvidenceKind =
  'split-view' | 'not-consistent' | 'future-cursor' | 'snapshot-unproven' | 'lists-differ'

/** One who can sign as the log could fill a disk with them; the first ones say it all. */
const MAX_KEPT = 64

/** A folder of notes, one file each, named by what they show and by their own hash. */
export class Evidence {
  readonly #folder: string

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'evidence')
  }

  async keep(kind: EvidenceKind, ...notes: readonly string[]): Promise<void> {
    await mkdirDurably(this.#folder)
    const kept = (await readdir(this.#folder)).filter((name) => name.startsWith(kind))
    if (kept.length >= MAX_KEPT) return
    for (const note of notes) {
      const bytes = utf8(note)
      const name = `${kind}-${toHex(sha256Fast(bytes)).slice(0, 16)}.note`
      await writeFileDurably(join(this.#folder, name), bytes)
    }
  }

  /** Whether a split view was ever seen: a person removes it, no restart does. */
  async hasSplitView(): Promise<boolean> {
    const names = await readdir(this.#folder).catch((): string[] => [])
    return names.some((name) => name.startsWith('split-view'))
  }
}
