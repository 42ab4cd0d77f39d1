import { Refusal, demand } from '../core/index.ts'
import {
  checkNoSplitView,
  checkQuorum,
  formatNote,
  logKeys,
  openCheckpoint,
  type Policy,
  type Quorum,
  type VerifiedCheckpoint,
} from '../log/index.ts'
import type { Trust } from '../wire/index.ts'

/** Checkpoints remembered to recognise a late cosignature or a second root for one size. */
const REMEMBERED = 512

/** A checkpoint of our log, and which quorums it has. */
export interface Opened {
  readonly checkpoint: VerifiedCheckpoint
  readonly plain: Quorum | null
  readonly isGuarded: boolean
}

/** A checkpoint with the plain quorum, as it came. */
export interface Kept {
  readonly size: number
  readonly text: string
  /** Cosigned time of the plain quorum, Unix seconds. */
  readonly time: number
}

export function keptOf(text: string, { size }: { readonly size: number }, plain: Quorum): Kept {
  return { size, text, time: plain.timeSeconds ?? 0 }
}

interface Seen {
  readonly checkpoint: VerifiedCheckpoint
  /** Whether its root was compared with our own tree, under quorum. */
  isOurs: boolean
}

/** Every validly signed checkpoint of one log seen lately, judged by the newest root document. */
export class SeenCheckpoints {
  trust: Trust
  readonly #origin: string
  /** By size. */
  readonly #seen = new Map<number, Seen>()
  #split: readonly [string, string] | null = null

  constructor(origin: string, trust: Trust) {
    this.#origin = origin
    this.trust = trust
  }

  /** Two notes, one size, two roots: nothing more is accepted from this log. */
  get split(): readonly [string, string] | null {
    return this.#split
  }

  /** @throws {Refusal} note-malformed, checkpoint-malformed, log-unknown, log-signature, note-signature */
  open(text: string): Opened {
    const { plain, guarded, verify } = this.trust
    const keys = [...logKeys(plain), ...logKeys(guarded)]
    const checkpoint = openCheckpoint(text, keys, verify.ed25519)
    demand(checkpoint.origin === this.#origin, 'log-unknown', 'a checkpoint of another log')
    const isGuarded = this.quorum(checkpoint, guarded) !== null
    return { checkpoint, plain: this.quorum(checkpoint, plain), isGuarded }
  }

  /** Opens and remembers it. @throws {Refusal} split-view; as `open` */
  take(text: string): Opened {
    demand(this.#split === null, 'split-view', 'this log has signed two roots for one size')
    const opened = this.open(text)
    this.remember(opened.checkpoint)
    return opened
  }

  /** Whether a checkpoint of this size was found to be of our own tree. */
  isOurs(size: number): boolean {
    return this.#seen.get(size)?.isOurs ?? false
  }

  setOurs(size: number): void {
    const seen = this.#seen.get(size)
    if (seen) seen.isOurs = true
  }

  private quorum(checkpoint: VerifiedCheckpoint, policy: Policy): Quorum | null {
    try {
      return checkQuorum(checkpoint, policy, this.trust.verify.ed25519)
    } catch (error) {
      if (error instanceof Refusal && error.code !== 'note-signature') return null
      throw error
    }
  }

  private remember(checkpoint: VerifiedCheckpoint): void {
    const known = this.#seen.get(checkpoint.size)
    if (known) {
      try {
        checkNoSplitView(known.checkpoint, checkpoint)
      } catch (error) {
        this.#split = [formatNote(known.checkpoint.note), formatNote(checkpoint.note)]
        throw error
      }
      return
    }
    this.#seen.set(checkpoint.size, { checkpoint, isOurs: false })
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!)
  }
}
