import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  Ledger,
  Refusal,
  checkModels,
  checkOpening,
  demand,
  equal,
  judged,
  parseOpening,
  type Applied,
  type Imei14,
  type RefusalCode,
} from '../core/index.ts'
import {
  CompactRange,
  MAX_ENTRY_BYTES,
  checkNoSplitView,
  checkQuorum,
  formatNote,
  leafHash,
  logKeys,
  openCheckpoint,
  type Policy,
  type Quorum,
  type VerifiedCheckpoint,
} from '../log/index.ts'
import { sha256Fast, type Logger } from '../host/index.ts'
import { trustOf, type Trust } from '../wire/index.ts'
import { Fold } from './fold.ts'
import { Identities } from './identities.ts'
import type { Register } from './register.ts'

/** One leaf as it came over the feed or out of the journal. */
export interface LogRecord {
  readonly index: number
  readonly entry: Uint8Array
  readonly opening: Uint8Array | null
}

/** What a checkpoint settled: to be written down. */
export interface Covered {
  readonly records: readonly LogRecord[]
  /** Every checkpoint a restart needs, smallest tree first. */
  readonly notes: readonly string[]
}

export interface FollowerOptions {
  /** The log to follow, one of the policy's. */
  readonly origin: string
  readonly trust: Trust
  readonly register: Register
  readonly logger: Logger
  readonly onCovered: (covered: Covered) => void
  /** Told of every number that this log has made black. */
  readonly onLocked?: (imei14: Imei14) => void
}

/** Leaves that may wait for their checkpoint: a registry must not fill our memory unverified. */
const MAX_QUEUED = 1_000_000
/** Of judging a leaf or folding a device: together a few milliseconds. */
const STEPS_A_TURN = 16
/** Openings have some 135 bytes; core reads none beyond this. */
export const MAX_OPENING_BYTES = 512
/** Checkpoints remembered to recognise a late cosignature or a second root for one size. */
const REMEMBERED = 512

type AppliedOrder = Extract<Applied, { kind: 'order' }>
type AppliedIdentity = Extract<Applied, { kind: 'identity' }>

interface Seen {
  readonly checkpoint: VerifiedCheckpoint
  /** Whether its root was compared with our own tree, under quorum. */
  isOurs: boolean
}

interface Kept {
  readonly size: number
  readonly text: string
  /** Cosigned time of the plain quorum, Unix seconds. */
  readonly time: number
}

interface Settled {
  readonly checkpoint: VerifiedCheckpoint
  readonly text: string
  readonly range: CompactRange | null
  readonly plain: Quorum
  readonly isGuarded: boolean
}

/**
 * The log's side of the register. A leaf is believed only once a checkpoint with the witnesses'
 * quorum covers it and our own tree over all leaves has that root: whatever was dropped, doubled,
 * reordered or altered on the way cannot pass (trust §14). The guardians' quorum may come later and
 * is a frontier of its own.
 */
export class Follower {
  /** Conflicts and honest pairs, opened. */
  readonly identities: Identities
  readonly #options: FollowerOptions
  readonly #origin: string
  readonly #ledger: Ledger
  readonly #fold: Fold
  readonly #refused = new Map<number, RefusalCode>()
  /** Every validly signed checkpoint seen lately, by size. */
  readonly #seen = new Map<number, Seen>()
  #trust: Trust
  #range = new CompactRange(sha256Fast)
  #queue: LogRecord[] = []
  #treeSize = 0
  #isSettling = false
  #newest: Kept | null = null
  #guarded: Kept | null = null
  /** Checkpoints that covered a new root document: a restart walks through the same policies. */
  readonly #rootNotes: string[] = []
  #split: readonly [string, string] | null = null

  constructor(options: FollowerOptions) {
    const { trust, register, logger } = options
    this.#options = options
    this.#trust = trust
    this.#origin = options.origin
    this.#ledger = new Ledger(trust.root, trust.verify.es256, this.#origin)
    this.identities = new Identities(this.#ledger, () => register.now)
    this.#fold = new Fold({
      register,
      afterwards: this.#ledger,
      onSkipped: (index, code) => logger.warn({ index, code }, 'order skipped'),
      onLocked: (imei14) => options.onLocked?.(imei14),
    })
  }

  /** Under the newest root document of the log. */
  get trust(): Trust {
    return this.#trust
  }

  /** Leaves covered by a checkpoint with the plain quorum, and applied. */
  get size(): number {
    return this.#range.size
  }

  /** Leaves covered by a checkpoint with the guarded quorum. */
  get guardedSize(): number {
    return this.#guarded?.size ?? 0
  }

  /** Log time of the newest leaf applied, Unix seconds. */
  get leafTime(): number {
    return Math.floor(this.#ledger.t / 1000)
  }

  /** Largest tree the log has signed and our leaves agree with, cosigned or not. */
  get treeSize(): number {
    return this.#treeSize
  }

  /** The newest checkpoint with the guarded quorum, as it came. */
  get guardedNote(): string | null {
    return this.#guarded?.text ?? null
  }

  /** The newest checkpoint with the plain quorum, as it came. */
  get newestNote(): string | null {
    return this.#newest?.text ?? null
  }

  /** Index of the leaf expected next. */
  get next(): number {
    return this.#range.size + this.#queue.length
  }

  /** True once a first checkpoint with quorum was verified: before that there are no verdicts. */
  get isReady(): boolean {
    return this.#newest !== null
  }

  /** Two notes, one size, two roots: nothing more is accepted from this log. */
  get splitView(): readonly [string, string] | null {
    return this.#split
  }

  /** Entries that the law refuses, and orders in force that do not follow from a device's state. */
  get refusedOrders(): number {
    return this.#refused.size + this.#fold.skipped
  }

  /** Why an entry does not count, if the law refuses it. */
  refusalOf(index: number): RefusalCode | undefined {
    return this.#refused.get(index)
  }

  /** Orders that are public and wait for their quorum. */
  get waitingOrders(): number {
    return this.#fold.waiting
  }

  /** Queues the next leaf. One that is known already is ignored. @throws {Refusal} feed-gap, too-large */
  receive(record: LogRecord): void {
    demand(this.#queue.length < MAX_QUEUED, 'too-large', 'too many leaves without a checkpoint')
    this.receiveOwn(record)
  }

  /** The same of a leaf on this machine's disk: there are as many as the log has. @throws {Refusal} as `receive` */
  receiveOwn(record: LogRecord): void {
    if (record.index < this.next) return
    demand(record.index === this.next, 'feed-gap', `expected leaf ${this.next}`)
    const { entry, opening } = record
    const fits = entry.length <= MAX_ENTRY_BYTES && (opening?.length ?? 0) <= MAX_OPENING_BYTES
    demand(fits, 'too-large', 'an entry or opening larger than any')
    this.#queue.push(record)
  }

  /** Forgets what no checkpoint has covered. */
  dropQueue(): void {
    this.#queue = []
  }

  /**
   * Takes a checkpoint. Without the witnesses' quorum nothing moves.
   * @throws {Refusal} note-malformed, checkpoint-malformed, log-unknown, log-signature,
   * note-signature · split-view · feed-gap: leaves are missing · not-consistent: the leaves we hold
   * do not give its root
   */
  note(text: string): void {
    for (const _ of this.noting(text));
  }

  /**
   * The same in small steps, between which checks are answered. Nothing else may be told to the follower
   * meanwhile. @throws {Refusal} as `note`; what `stop` is aborted with: then it is of no use any more
   */
  async noteGently(text: string, stop?: AbortSignal): Promise<void> {
    let step = 0
    for (const _ of this.noting(text)) {
      if (++step % STEPS_A_TURN !== 0) continue
      await nextTurn()
      stop?.throwIfAborted()
    }
  }

  private *noting(text: string): Generator<void> {
    demand(this.#split === null, 'split-view', 'this log has signed two roots for one size')
    const checkpoint = this.open(text)
    const plain = this.quorum(checkpoint, this.#trust.plain)
    const guarded = this.quorum(checkpoint, this.#trust.guarded)
    const seen = this.remember(checkpoint)
    const range = yield* this.rangeAt(checkpoint)
    this.#treeSize = Math.max(this.#treeSize, checkpoint.size)
    // A smaller tree than ours counts only if it was compared when it covered its leaves.
    if (plain === null || (range === null && !seen.isOurs)) return
    seen.isOurs = true
    this.#isSettling = true
    try {
      yield* this.settle({ checkpoint, text, range, plain, isGuarded: guarded !== null })
    } finally {
      this.#isSettling = false
    }
  }

  private open(text: string): VerifiedCheckpoint {
    const { plain, guarded, verify } = this.#trust
    const keys = [...logKeys(plain), ...logKeys(guarded)]
    const checkpoint = openCheckpoint(text, keys, verify.ed25519)
    demand(checkpoint.origin === this.#origin, 'log-unknown', 'a checkpoint of another log')
    return checkpoint
  }

  private quorum(checkpoint: VerifiedCheckpoint, policy: Policy): Quorum | null {
    try {
      return checkQuorum(checkpoint, policy, this.#trust.verify.ed25519)
    } catch (error) {
      if (error instanceof Refusal && error.code !== 'note-signature') return null
      throw error
    }
  }

  private remember(checkpoint: VerifiedCheckpoint): Seen {
    const known = this.#seen.get(checkpoint.size)
    if (known) {
      try {
        checkNoSplitView(known.checkpoint, checkpoint)
      } catch (error) {
        this.#split = [formatNote(known.checkpoint.note), formatNote(checkpoint.note)]
        throw error
      }
      return known
    }
    const seen = { checkpoint, isOurs: false }
    this.#seen.set(checkpoint.size, seen)
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!)
    return seen
  }

  /** Our own tree at the checkpoint's size, its root compared; null for a smaller tree than ours. */
  private *rangeAt({ size, root }: VerifiedCheckpoint): Generator<void, CompactRange | null> {
    if (size < this.size) return null
    demand(size <= this.next, 'feed-gap', `a tree of ${size}, but leaves up to ${this.next}`)
    const range = this.#range.copy()
    for (const { entry } of this.#queue.slice(0, size - this.size)) {
      range.append(leafHash(entry, sha256Fast))
      yield
    }
    demand(equal(range.root(), root), 'not-consistent', 'the leaves do not give the signed root')
    return range
  }

  /** Whether a checkpoint is being settled: in between, what we know is of no tree. */
  get isSettling(): boolean {
    return this.#isSettling
  }

  private *settle({ checkpoint, text, range, plain, isGuarded }: Settled): Generator<void> {
    const { size } = checkpoint
    const records = range === null ? [] : this.#queue.slice(0, size - this.size)
    let rootChanged = false
    for (const record of records) {
      if (this.apply(record)) rootChanged = true
      yield
    }
    if (rootChanged) this.#rootNotes.push(text)
    const kept: Kept = { size, text, time: plain.timeSeconds ?? 0 }
    const isNewest = isNewer(kept, this.#newest)
    const isNewestGuarded = isGuarded && size > this.guardedSize
    this.#options.register.moveTime(kept.time)
    yield* this.#fold.advance({
      plain: Math.max(this.size, size),
      guarded: isNewestGuarded ? size : this.guardedSize,
    })
    // Said only now: whoever asks how far we are may rely on all of it.
    if (range !== null) this.#range = range
    this.#queue.splice(0, records.length)
    if (isNewest) this.#newest = kept
    if (isNewestGuarded) this.#guarded = kept
    if (isNewest || isNewestGuarded) this.#options.onCovered({ records, notes: this.notes() })
  }

  private notes(): string[] {
    const kept = [this.#guarded?.text, this.#newest?.text].filter((note) => note !== undefined)
    return [...new Set([...this.#rootNotes, ...kept])]
  }

  /** @returns whether the root document changed */
  private apply(record: LogRecord): boolean {
    const { index, entry } = record
    const applied = this.attempt(index, () => this.#ledger.apply(index, entry))
    if (applied === null) this.#ledger.pass(index)
    if (applied?.kind === 'order') this.attempt(index, () => this.place(record, applied))
    if (applied?.kind === 'identity') this.attempt(index, () => this.placeIdentity(record, applied))
    if (applied?.kind === 'list' || applied?.kind === 'distrust')
      this.#fold.reconsider(applied.changed)
    if (applied?.kind === 'owner-key') this.#fold.reconsider([applied.of])
    if (applied?.kind !== 'root') return false
    this.attempt(index, () => {
      this.#trust = trustOf(applied.root, this.#trust.verify)
    })
    return true
  }

  private place({ index, opening: bytes }: LogRecord, { checked }: AppliedOrder): void {
    if (bytes === null) return // an order whose device we are not entitled to see
    const ids = checkOpening(checked.order, parseOpening(bytes))
    checkModels(checked.links, ids)
    this.#fold.place({ index, t: checked.t, order: judged(checked.order), imeis: ids.imeis }, ids)
  }

  private placeIdentity({ index, opening }: LogRecord, { checked }: AppliedIdentity): void {
    const isEnd = checked.record.type === 'end' // the ledger knows what it ends
    if (opening !== null && !isEnd) this.identities.place(index, checked, opening)
  }

  /** An entry that breaks the law, or us, must not keep the ones after it from counting. */
  private attempt<T>(index: number, work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'fatal'
      this.#refused.set(index, code)
      const { logger } = this.#options
      if (code === 'fatal') logger.error({ index, err: error }, 'entry not understood')
      else logger.warn({ index, code }, 'entry refused')
      return null
    }
  }
}

/** For one size the newer cosignature wins: it moves the age of what we know. */
function isNewer(note: Kept, than: Kept | null): boolean {
  if (than === null || note.size > than.size) return true
  return note.size === than.size && note.time > than.time
}
