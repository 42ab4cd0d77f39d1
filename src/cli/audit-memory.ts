import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  Refusal,
  equal,
  fromBase64,
  toBase64,
  toHex,
  utf8,
  type RefusalCode,
} from '../core/index.ts'
import {
  lockFolder,
  mkdirDurably,
  sha256Fast,
  writeFileDurably,
  type ProcessLock,
} from '../host/index.ts'
import { formatNote, openCheckpoint, logKeys, type VerifiedCheckpoint } from '../log/index.ts'
import type { AuditPosition, Trust } from '../wire/index.ts'

/** Audits that may be begun without an end before the oldest is forgotten. */
const MAX_SEEN = 16

const Remembered = z.strictObject({
  origin: z.string(),
  /** Checkpoints the log has shown, as it signed them: the last one audited, then those begun since. */
  seen: z.array(z.string()).max(MAX_SEEN),
  /** What the position means: the same root document under the same version of the law. */
  law: z.string(),
  position: z
    .strictObject({
      size: z.number().int().min(1),
      root: z.base64(),
      breaches: z.array(z.strictObject({ index: z.number().int().min(0), code: z.string() })),
    })
    .nullable(),
})
type Remembered = z.infer<typeof Remembered>

interface MemoryOptions {
  /** Holds a folder for each log. */
  readonly parent: string
  readonly origin: string
  /** Whose log keys verify what is remembered. */
  readonly trust: Trust
  /** `lawOf` */
  readonly law: string
}

/** One folder per log: what it has shown, how far it was verified, and what it can be convicted of. */
export class AuditMemory {
  readonly folder: string
  readonly #trust: Trust
  readonly #lock: ProcessLock
  #now: Remembered

  private constructor(folder: string, trust: Trust, lock: ProcessLock, now: Remembered) {
    this.folder = folder
    this.#trust = trust
    this.#lock = lock
    this.#now = now
  }

  /**
   * Opens the memory of one log. What cannot be read is never replaced: forgetting is
   * what a forking log would wish for.
   * @throws {Refusal} config: the file is damaged · data-folder-busy
   */
  static async open({ parent, origin, trust, law }: MemoryOptions): Promise<AuditMemory> {
    const folder = join(parent, toHex(sha256Fast(utf8(origin))).slice(0, 16))
    await mkdirDurably(folder)
    const lock = lockFolder(folder)
    try {
      const known = await read(join(folder, 'state.json'))
      const now = known ?? { origin, seen: [], law, position: null }
      if (now.origin !== origin) throw new Refusal('config', `${folder} remembers another log`)
      const kept = now.law === law ? now : { ...now, law, position: null }
      return new AuditMemory(folder, trust, lock, kept)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** @throws {Refusal} config: a remembered checkpoint this trust does not verify */
  get seen(): readonly VerifiedCheckpoint[] {
    const { plain, guarded, verify } = this.#trust
    const known = [...logKeys(plain), ...logKeys(guarded)]
    const keys = known.filter(({ name }) => name === this.#now.origin)
    return this.#now.seen.map((note) => {
      try {
        return openCheckpoint(note, keys, verify.ed25519)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        throw new Refusal('config', `${this.folder}: a remembered checkpoint does not verify`)
      }
    })
  }

  get position(): AuditPosition | null {
    const { position } = this.#now
    if (position === null) return null
    const breaches = position.breaches.map(({ index, code }) => ({
      index,
      code: code as RefusalCode,
    }))
    return { size: position.size, root: fromBase64(position.root), breaches }
  }

  /**
   * The log has signed this: it is held to it, whether or not this audit comes to a good end. A
   * contradiction stays remembered, so that only a person can make peace with it.
   */
  async saw(head: VerifiedCheckpoint): Promise<void> {
    const known = this.seen.some(({ size, root }) => size === head.size && equal(root, head.root))
    if (known) return
    const [audited, ...begun] = [...this.#now.seen, formatNote(head.note)]
    await this.write({ ...this.#now, seen: [audited!, ...begun.slice(1 - MAX_SEEN)] })
  }

  async reached({ size, root, breaches }: AuditPosition): Promise<void> {
    await this.write({
      ...this.#now,
      position: { size, root: toBase64(root), breaches: [...breaches] },
    })
  }

  /** The log continues all it has shown: its newest checkpoint says as much as all of them. */
  async finished(head: VerifiedCheckpoint): Promise<void> {
    await this.write({ ...this.#now, seen: [formatNote(head.note)] })
  }

  /** Keeps both notes of a contradiction, one file each, named by what they show and by their hash. */
  async convict(code: RefusalCode, notes: readonly VerifiedCheckpoint[]): Promise<string> {
    const folder = join(this.folder, 'evidence')
    await mkdirDurably(folder)
    for (const { note } of notes) {
      const bytes = utf8(formatNote(note))
      const name = `${code}-${toHex(sha256Fast(bytes)).slice(0, 16)}.note`
      await writeFileDurably(join(folder, name), bytes)
    }
    return folder
  }

  close(): void {
    this.#lock.release()
  }

  private async write(next: Remembered): Promise<void> {
    this.#now = next
    await writeFileDurably(join(this.folder, 'state.json'), utf8(`${JSON.stringify(next)}\n`))
  }
}

async function read(path: string): Promise<Remembered | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  try {
    return Remembered.parse(JSON.parse(text))
  } catch {
    throw new Refusal('config', `${path} is damaged; move it away to begin without a memory`)
  }
}

/** Names the law a position was verified under: this program's version and the root documents. */
export function lawOf(version: string, roots: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const root of roots) hash.update(root)
  return `${version} ${hash.digest('hex')}`
}
