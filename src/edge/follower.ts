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
  type Authorities,
  type DeviceState,
  type Imei14,
  type RefusalCode,
} from '../core/index.ts'
import { CompactRange, MAX_ENTRY_BYTES, leafHash, outlineRoot } from '../log/index.ts'
import { sha256Fast, type Logger } from '../host/index.ts'
import { trustOf, type Trust } from '../wire/index.ts'
import { ExpectedTree } from './expected-tree.ts'
import { Fold } from './fold.ts'
import { Identities } from './identities.ts'
import { MAX_OPENING_BYTES, type Covered, type Expected, type LogRecord } from './log-record.ts'
import {
  TablesFault,
  followerTablesInMemory,
  type FollowerTables,
} from './orders/follower-tables.ts'
import type { Register } from './register.ts'
import { SeenCheckpoints, keptOf, type Kept } from './seen-checkpoints.ts'
import { Unopened } from './unopened.ts'

export interface FollowerOptions {
  /** The log to follow, one of the policy's. */
  readonly origin: string
  readonly trust: Trust
  readonly register: Register
  /** Empty; where orders are kept. */
  readonly tables?: FollowerTables
  readonly logger: Logger
  readonly onCovered: (covered: Covered) => void
  readonly onExpected?: (expected: Expected) => void
  /** Told of every number that this log has made black. */
  readonly onLocked?: (imei14: Imei14) => void
}

/** Leaves that may wait for their checkpoint: a registry must not fill our memory unverified. */
const MAX_QUEUED = 100_000
/** Of judging a leaf or folding a device: together a few milliseconds. */
const STEPS_A_TURN = 16
type AppliedOrder = Extract<Applied, { kind: 'order' }>
type AppliedIdentity = Extract<Applied, { kind: 'identity' }>

interface Settled {
  readonly size: number
  /** Null: no more leaves than we have. */
  readonly range: CompactRange | null
  /** Null: a chunk of a tree that is not whole yet. */
  readonly kept: Kept | null
  readonly isGuarded: boolean
}

/**
 * The log's side of the register. A leaf is believed only once a checkpoint with the witnesses'
 * quorum covers it and our own tree over all leaves has that root: whatever was dropped, doubled,
 * reordered or altered on the way cannot pass (trust §14). Of a tree far ahead the checkpoint comes first,
 * with an outline, and each chunk of leaves is believed as it comes. The guardians' quorum may come later
 * and is a frontier of its own.
 */
export class Follower {
  /** Conflicts and honest pairs, opened. */
  readonly identities: Identities
  /** Orders whose device we were not shown. */
  readonly unopened: Unopened
  readonly #options: FollowerOptions
  readonly #ledger: Ledger
  readonly #fold: Fold
  readonly #refused = new Map<number, RefusalCode>()
  readonly #checkpoints: SeenCheckpoints
  #range = new CompactRange(sha256Fast)
  #queue: LogRecord[] = []
  #treeSize = 0
  #isSettling = false
  #isBroken = false
  #newest: Kept | null = null
  #guarded: Kept | null = null
  #guardedSize = 0
  #expected: ExpectedTree | null = null
  /** Checkpoints that covered a new root document: a restart walks through the same policies. */
  readonly #rootNotes: Kept[] = []
  /** A root document came with leaves whose checkpoint is not whole yet. */
  #rootChanged = false

  constructor(options: FollowerOptions) {
    const { trust, register, logger } = options
    this.#options = options
    this.#checkpoints = new SeenCheckpoints(options.origin, trust)
    const { tables = followerTablesInMemory() } = options
    this.#ledger = new Ledger(trust.root, trust.verify.es256, options.origin, tables)
    this.unopened = new Unopened(this.#ledger, () => register.now)
    this.identities = new Identities(this.#ledger, () => register.now)
    this.#fold = new Fold({
      register,
      ledger: this.#ledger,
      tables,
      onSkipped: (index, code) => logger.warn({ index, code }, 'order skipped'),
      onLocked: (imei14) => options.onLocked?.(imei14),
    })
  }

  /** Everybody who is certified in the log, as far as it was applied. */
  get authorities(): Authorities {
    return this.#ledger.authorities
  }

  /** Under the newest root document of the log. */
  get trust(): Trust {
    return this.#checkpoints.trust
  }

  /** Leaves covered by a checkpoint with the plain quorum, and applied. */
  get size(): number {
    return this.#range.size
  }

  /** Leaves covered by a checkpoint with the guarded quorum. */
  get guardedSize(): number {
    return this.#guardedSize
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

  /** A fault of this machine came between: what was applied goes on to count, and nothing more is taken. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Index of the leaf expected next. */
  get next(): number {
    return this.#range.size + this.#queue.length
  }

  /** The checkpoint whose leaves are still to come, as it came. */
  get expectedNote(): string | null {
    return this.#expected?.kept.text ?? null
  }

  /** True once a first checkpoint with quorum was verified: before that there are no verdicts. */
  get isReady(): boolean {
    return this.#newest !== null
  }

  /** Two notes, one size, two roots: nothing more is accepted from this log. */
  get splitView(): readonly [string, string] | null {
    return this.#checkpoints.split
  }

  /** Entries that the law refuses, and orders in force that do not follow from a device's state. */
  get refusedOrders(): number {
    return this.#refused.size + this.#fold.skipped
  }

  /** Why an entry does not count, if the law refuses it. */
  refusalOf(index: number): RefusalCode | undefined {
    return this.#refused.get(index)
  }

  /** What the orders in force come to for the device with this key. @throws {TablesFault} */
  deviceOf(dak: Uint8Array): DeviceState {
    return this.#fold.deviceOf(dak)
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
    await gently(this.noting(text), stop)
  }

  /**
   * Size of the tree of a checkpoint with the guardians' quorum; null where it has none.
   * @throws {Refusal} as `note`, of the checkpoint itself
   */
  guardedSizeOf(text: string): number | null {
    const { checkpoint, isGuarded } = this.#checkpoints.open(text)
    return isGuarded ? checkpoint.size : null
  }

  /**
   * Takes a checkpoint before its leaves; one of a tree no larger than ours is ignored.
   * @throws {Refusal} as `note`; witness-quorum; malformed, not-consistent: the outline is of
   * another tree
   */
  expect({ note, outline }: Expected): void {
    const { checkpoint, plain, isGuarded } = this.#checkpoints.take(note)
    demand(plain !== null, 'witness-quorum', 'a tree without the quorum of the witnesses')
    const isOutline = outline.size === checkpoint.size
    demand(isOutline, 'malformed', 'the outline of a tree of another size')
    const root = outlineRoot(outline, sha256Fast)
    demand(equal(root, checkpoint.root), 'not-consistent', 'the outline does not give the root')
    if (checkpoint.size <= this.size) return
    const kept = keptOf(note, checkpoint, plain)
    this.#expected = new ExpectedTree(kept, { root, isGuarded }, outline)
    this.#options.register.moveTime(kept.time)
    this.#options.onExpected?.({ note, outline })
  }

  /**
   * Takes every chunk of the expected tree that is queued whole, in small steps as `noteGently`.
   * @throws {Refusal} not-consistent: the leaves are not those of that tree; as `noteGently`
   */
  async takeExpected(stop?: AbortSignal): Promise<void> {
    await gently(this.takingExpected(), stop)
  }

  private *takingExpected(): Generator<void> {
    for (;;) {
      const expected = this.#expected
      if (expected === null) return
      const { isGuarded, kept } = expected
      const size = expected.endAfter(this.size)
      if (this.next < size) return
      const range = yield* this.rangeAt(size, expected.rootAt(size))
      const isWhole = size === expected.size
      yield* this.settling({ size, range, kept: isWhole ? kept : null, isGuarded })
    }
  }

  private *noting(text: string): Generator<void> {
    const { checkpoint, plain, isGuarded } = this.#checkpoints.take(text)
    const { size, root } = checkpoint
    const range = size < this.size ? null : yield* this.rangeAt(size, root)
    this.#treeSize = Math.max(this.#treeSize, size)
    // A smaller tree than ours counts only if it was compared when it covered its leaves.
    if (plain === null || (range === null && !this.#checkpoints.isOurs(size))) return
    yield* this.settling({ size, range, kept: keptOf(text, checkpoint, plain), isGuarded })
  }

  /** Our own tree of this size, its root compared. */
  private *rangeAt(size: number, root: Uint8Array): Generator<void, CompactRange> {
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

  private *settling(settled: Settled): Generator<void> {
    this.#isSettling = true
    try {
      yield* this.settle(settled)
    } catch (error) {
      this.#isBroken = true
      throw error
    } finally {
      this.#isSettling = false
    }
  }

  private *settle({ size, range, kept, isGuarded }: Settled): Generator<void> {
    const records = range === null ? [] : this.#queue.slice(0, size - this.size)
    for (const record of records) {
      if (this.apply(record)) this.#rootChanged = true
      yield
    }
    const guardedSize = isGuarded ? Math.max(this.#guardedSize, size) : this.#guardedSize
    if (kept) this.#options.register.moveTime(kept.time)
    yield* this.#fold.advance({ plain: Math.max(this.size, size), guarded: guardedSize })
    // Said only now: whoever asks how far we are may rely on all of it.
    if (range !== null) this.#range = range
    this.#queue.splice(0, records.length)
    this.#guardedSize = guardedSize
    if (kept === null) this.covered(records, false)
    else if (this.keep(kept, isGuarded)) this.covered(records, true)
  }

  private covered(records: readonly LogRecord[], isWhole: boolean): void {
    this.#options.onCovered({ records, notes: this.notes(), isWhole })
  }

  /** @returns whether the checkpoint says more than those that are known */
  private keep(kept: Kept, isGuarded: boolean): boolean {
    this.#checkpoints.setOurs(kept.size)
    if (this.#expected && this.#expected.size <= this.size) this.#expected = null
    if (this.#rootChanged) this.#rootNotes.push(kept)
    this.#rootChanged = false
    this.#treeSize = Math.max(this.#treeSize, kept.size)
    const isNewest = isNewer(kept, this.#newest)
    const isNewestGuarded = isGuarded && kept.size > (this.#guarded?.size ?? 0)
    if (isNewest) this.#newest = kept
    if (isNewestGuarded) this.#guarded = kept
    return isNewest || isNewestGuarded
  }

  private notes(): string[] {
    const kept = [...this.#rootNotes, this.#guarded, this.#newest].filter((note) => note !== null)
    return [...new Set(kept.toSorted((a, b) => a.size - b.size).map(({ text }) => text))]
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
      this.#checkpoints.trust = trustOf(applied.root, this.trust.verify)
    })
    return true
  }

  private place({ index, opening: bytes }: LogRecord, { checked }: AppliedOrder): void {
    const { order, links, t } = checked
    this.unopened.expect(index, checked)
    if (bytes === null) return // an order whose device we are not entitled to see
    const ids = checkOpening(order, parseOpening(bytes))
    checkModels(links, ids)
    this.#fold.place({ index, t, order: judged(order) }, ids)
    this.unopened.shown(index)
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
      // An order that could not be looked at must not pass for one that the law refuses.
      if (error instanceof TablesFault) throw error
      const code = error instanceof Refusal ? error.code : 'fatal'
      this.#refused.set(index, code)
      const { logger } = this.#options
      if (code === 'fatal') logger.error({ index, err: error }, 'entry not understood')
      else logger.warn({ index, code }, 'entry refused')
      return null
    }
  }
}

async function gently(steps: Generator<void>, stop?: AbortSignal): Promise<void> {
  let step = 0
  for (const _ of steps) {
    if (++step % STEPS_A_TURN !== 0) continue
    await nextTurn()
    stop?.throwIfAborted()
  }
}

/** For one size the newer cosignature wins: it moves the age of what we know. */
function isNewer(note: Kept, than: Kept | null): boolean {
  if (than === null || note.size > than.size) return true
  return note.size === than.size && note.time > than.time
}
