import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, demand, sha256, toHex, utf8 } from '../core/index.ts'
import { verifyEd25519, writeFileDurably } from '../host/index.ts'
import { openCheckpoint, verifyLines, type NoteKey, type VerifiedCheckpoint } from '../log/index.ts'

/** Requests that may wait for their turn; a client gives up after a second anyway. */
const MAX_WAITING = 32

/** What a witness must never forget about one log, and the only place that may change it. */
export class OriginState {
  readonly origin: string
  /** The log's own keys: several while one replaces another. */
  readonly keys: readonly NoteKey[]
  readonly #path: string
  readonly #cosigner: NoteKey
  #last: VerifiedCheckpoint | null = null
  #isDoubtful = true
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(folder: string, keys: readonly [NoteKey, ...NoteKey[]], cosigner: NoteKey) {
    this.origin = keys[0].name
    this.keys = keys
    this.#path = join(folder, `${originId(this.origin)}.checkpoint`)
    this.#cosigner = cosigner
  }

  /** The last checkpoint cosigned, with the cosignature in its note. */
  get last(): VerifiedCheckpoint | null {
    return this.#last
  }

  /**
   * Runs `work` alone for this origin. To compare with `last` and to `replace` it is one step only
   * inside: else a slow small request would roll back a fast large one.
   * @throws {Refusal} unavailable: too many are waiting; fatal: the stored state does not verify
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING)
      return Promise.reject(new Refusal('unavailable', 'too many requests wait for this log'))
    this.#waiting++
    const turn = this.#turn.then(async () => {
      if (this.#isDoubtful) await this.load()
      return work()
    })
    const settled = () => void this.#waiting--
    this.#turn = turn.then(settled, settled)
    return turn
  }

  /** Believes the disk and nothing else. @throws {Refusal} fatal */
  async load(): Promise<void> {
    const note = await readOptional(this.#path)
    this.#last = note === null ? null : this.verify(note)
    this.#isDoubtful = false
  }

  /** Durable when this returns. Only inside `exclusively`. */
  async replace(note: string): Promise<void> {
    const next = this.verify(utf8(note))
    try {
      await writeFileDurably(this.#path, utf8(note))
    } catch (error) {
      // The rename may have happened or not: the next turn reads what is there.
      this.#isDoubtful = true
      throw error
    }
    this.#last = next
  }

  private verify(note: Uint8Array): VerifiedCheckpoint {
    try {
      const checkpoint = openCheckpoint(note, this.keys, verifyEd25519)
      const own = verifyLines(checkpoint.note, [this.#cosigner], verifyEd25519)
      demand(checkpoint.origin === this.origin, 'fatal', 'a checkpoint of another log')
      demand(own.length > 0, 'fatal', 'a checkpoint cosigned by another key')
      return checkpoint
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new Refusal('fatal', `the state kept for ${this.origin}: ${error.message}`)
    }
  }
}

/** The logs a witness knows, each with its state. One file per log, replaced whole. */
export class StateStore {
  readonly #states = new Map<string, OriginState>()

  /** @throws {Refusal} fatal: a file that does not verify */
  static async open(
    folder: string,
    logs: readonly NoteKey[],
    cosigner: NoteKey,
  ): Promise<StateStore> {
    const store = new StateStore()
    for (const log of logs) {
      if (store.#states.has(log.name)) continue
      const others = logs.filter((key) => key !== log && key.name === log.name)
      const state = new OriginState(folder, [log, ...others], cosigner)
      await state.load()
      store.#states.set(log.name, state)
    }
    return store
  }

  of(origin: string): OriginState | undefined {
    return this.#states.get(origin)
  }

  all(): readonly OriginState[] {
    return [...this.#states.values()]
  }
}

/** How a log is named in a path (C2SP tlog-witness, monitoring). */
export function originId(origin: string): string {
  return toHex(sha256(utf8(origin)))
}

/** The file's bytes, or null where there is no file. */
export async function readOptional(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
