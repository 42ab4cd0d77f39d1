import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { Refusal, type Ledger } from '../../core/index.ts'
import { sha256Fast, type Logger, type NoteSigner, type Surroundings } from '../../host/index.ts'
import {
  appendEntries,
  appendLeaves,
  edgeRoot,
  formatCheckpoint,
  formatNote,
  leafHash,
  openCheckpoint,
  parseNote,
  signCheckpoint,
  TILE_WIDTH,
} from '../../log/index.ts'
import { trustOf, type Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import { ordersOf } from '../model/orders.ts'
import { faultOf } from '../fault.ts'
import type { Cosigners } from './cosigners.ts'
import { decide, refuseAll, withPending, type Accepted, type Decision } from './decide.ts'
import { Fatal } from './fatal.ts'
import {
  loadPublished,
  newestNotes,
  publishNote,
  underTrusts,
  type Published,
} from './published.ts'
import { checkPublishedFile, recover, type Memory } from './recover.ts'
import { writeRows } from './rows.ts'
import { encodeStaging, publishStaged } from './staging.ts'
import { discardStaging, swapCheckpoint } from './state.ts'
import { subjectsOf, type Submission } from './submission.ts'
import type { TileStore } from './tile-store.ts'
import { VerifyAhead } from './verify-ahead.ts'
import { WaitingRoom, answer, refuse, type Waiting, type Where } from './waiting.ts'
import { checkWitnessFloor } from './witness-floor.ts'

export interface SequencerDeps {
  readonly db: Kysely<Schema>
  readonly store: TileStore
  readonly cosigners: Cosigners
  readonly log: NoteSigner
  readonly trust: Trust
  /** Milliseconds submissions are gathered. */
  readonly poolMs: number
  /** Submissions of one turn, at most; 1,000 where nothing is said, and never more. */
  readonly poolSize?: number
  readonly surroundings: Surroundings
  readonly logger: Logger
  /** Told after publication, in order: new entries, then the checkpoint that covers them. */
  readonly onPublished: (published: Published, accepted: readonly Accepted[]) => void
}

/** An idle log is cosigned anew: the readers' clock. */
const IDLE_COSIGN_MS = 60_000
/** How often somebody may ask the cosigners what time it is. */
const ANEW_MS = 1_000
/** How soon cosignatures are asked for again while a lock lacks its quorum. */
const LACKING_COSIGN_MS = 1_000
/** How often a process with nothing to do looks at what others have logged. */
const IDLE_FOLLOW_MS = 250
const RETRY_MS = 1_000
const HALTED_LOOK_MS = 50

const VERIFY_AGAIN = 'the log had to be verified; try again with the same order'
const CLOCK_BEHIND = 'the clock is at or behind the last checkpoint'

/**
 * Turns submissions into log entries: pool, decide, sign and swap in one transaction, tiles,
 * cosignatures, publish, and only then answer. One turn at a time; recovery takes the same path.
 */
export class Sequencer {
  readonly #deps: SequencerDeps
  /** Under each root document that has been in force, from `#deps.trust` on. */
  #trusts: readonly Trust[]
  readonly #ahead: VerifyAhead
  readonly #waiting: WaitingRoom
  #memory!: Memory
  #published!: Published
  /** Why nothing is signed at the moment; null while all is well. */
  #halted: Refusal | null = new Refusal('unavailable', 'the log is being verified')
  /** Memory was re-derived from disk since the last doubt. */
  #verified = false
  #turn: Promise<void> = Promise.resolve()
  /** Never rejects. */
  #discarding: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #nextCosign = 0
  /** Monotonic time from which cosignatures may be asked for out of turn again. */
  #nextAnew = 0
  #anew: Promise<void> | null = null
  /** Monotonic time of the next idle look at what other processes have logged. */
  #nextFollow = 0
  #closed = false

  private constructor(deps: SequencerDeps) {
    const { trust } = deps
    this.#waiting = new WaitingRoom(deps.poolSize)
    this.#ahead = new VerifyAhead(trust.verify.es256)
    const verify = { ...trust.verify, es256: this.#ahead.verify }
    this.#deps = { ...deps, trust: { ...trust, verify } }
    this.#trusts = [this.#deps.trust]
  }

  /** Verifies the log and begins to sequence, or to wait for the witnesses. @throws {Refusal} fatal: tiles, rows and checkpoint do not fit */
  static async open(deps: SequencerDeps): Promise<Sequencer> {
    const sequencer = new Sequencer(deps)
    await sequencer.reload(null).catch((error: unknown) => {
      // At start there is nobody to serve yet: what is wrong is the operator's to read.
      throw error instanceof Fatal ? new Refusal(error.code, error.message) : error
    })
    await sequencer.resume()
    sequencer.schedule(deps.poolMs)
    return sequencer
  }

  get ledger(): Ledger {
    return this.#memory.ledger
  }

  get published(): Published {
    return this.#published
  }

  /** Null when submissions are taken, else why not. */
  get halted(): Refusal | null {
    return this.#halted
  }

  /** Log time that the next entry will have at least, in ms. */
  now(): number {
    return Math.max(this.#deps.surroundings.clock(), this.#memory.state?.at ?? 0)
  }

  /**
   * Answers when the entry is durable, in the tiles and under a published checkpoint.
   * @throws {Refusal} what the law says, or unavailable: try again with the same order
   */
  submit(submission: Submission): Promise<Where> {
    if (this.#closed) return Promise.reject(new Refusal('unavailable', 'shutting down'))
    if (this.#halted) return Promise.reject(this.#halted)
    const verified = this.#ahead.begin(submission, this.ledger.authorities, this.now())
    const where = this.#waiting.enter(submission, verified)
    if (this.#waiting.isFull) this.schedule(0)
    return where
  }

  /**
   * Fresh lines under the newest checkpoint, from the cosigners that answer, for whoever has to know what
   * time it is by them. Out of turn at most once a second: who asks sooner waits, who asks meanwhile shares.
   */
  cosignAnew(): Promise<void> {
    this.#anew ??= this.cosignOutOfTurn().finally(() => (this.#anew = null))
    return this.#anew
  }

  private async cosignOutOfTurn(): Promise<void> {
    await wait(Math.max(0, this.#nextAnew - performance.now()))
    this.#nextAnew = performance.now() + ANEW_MS
    this.#nextCosign = 0
    this.#turn = this.#turn.then(() => this.turn())
    await this.#turn
  }

  /** Waits until submissions are taken: at start the witnesses may not be there yet. */
  async whenRunning(): Promise<void> {
    while (this.#halted && !this.#closed) await wait(HALTED_LOOK_MS)
  }

  /** Finishes the turn that runs and refuses what still waits. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.#turn
    await this.#discarding
    await this.#ahead.close()
    this.#waiting.refuseAll(new Refusal('unavailable', 'shutting down'))
  }

  private schedule(delay: number): void {
    if (this.#closed) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#turn = this.#turn.then(() => this.turn())
    }, delay)
  }

  private async turn(): Promise<void> {
    if (this.#closed) return
    let delay = this.#deps.poolMs
    try {
      if (this.#halted) await this.resume()
      else await this.work()
      if (this.#waiting.isFull) delay = 0
    } catch (error) {
      this.doubt(error)
    }
    if (this.#halted) delay = RETRY_MS
    this.schedule(delay)
  }

  private async work(): Promise<void> {
    const idle = this.#waiting.isEmpty
    if (!idle || performance.now() >= this.#nextFollow) {
      await this.follow()
      this.#nextFollow = performance.now() + IDLE_FOLLOW_MS
    }
    if (!this.#waiting.isEmpty) await this.sequence()
    else if (this.#deps.surroundings.clock() >= this.#nextCosign) await this.cosignAndPublish([])
  }

  /** Whatever went wrong: nothing in memory is believed any more. */
  private doubt(error: unknown): void {
    this.#deps.logger.error(
      { err: faultOf(error) },
      'sequencing stopped until the log is verified again',
    )
    this.#halted = new Refusal('unavailable', 'the log is being verified; try again')
    this.#verified = false
    this.#waiting.refuseAll(this.#halted)
  }

  /** Takes in what the database holds: all of it, or what comes after `known`. @throws {Fatal} */
  private async reload(known: Memory | null): Promise<void> {
    this.#verified = false
    const { published, ...memory } = await recover(this.#deps, known)
    this.#memory = memory
    this.followRoot()
    this.#published = underTrusts(published, this.#trusts)
    this.#verified = true
    this.planCosigning()
    this.#deps.onPublished(this.#published, [])
  }

  private get trust(): Trust {
    return this.#trusts.at(-1)!
  }

  /**
   * Quorums and cosigners are those of the newest root document, from the checkpoint after it on; that
   * one comes at once, for readers who know the document already take no other.
   */
  private followRoot(): void {
    const { verify } = this.#deps.trust
    for (const { root } of this.ledger.rootsAfter(this.trust.root.version)) {
      this.#trusts = [...this.#trusts, trustOf(root, verify)]
      this.#deps.cosigners.askAsIn(this.trust)
      this.#deps.logger.info({ version: root.version }, 'a new root document is in force')
      this.#nextCosign = 0
    }
  }

  /** Other processes sequence on this database too: what they have logged comes before what we log. */
  private async follow(): Promise<void> {
    const { db, log, onPublished } = this.#deps
    const newest = await newestNotes(db, log.key.name)
    if (newest.signed !== (this.#memory.state?.note ?? null)) return this.reload(this.#memory)
    if (newest.published === (this.#published.newest?.note ?? null)) return
    this.#published = await loadPublished(db, log.key.name, this.#trusts)
    onPublished(this.#published, [])
  }

  /** Signing begins only when memory is verified and the witnesses have not seen more than we have. */
  private async resume(): Promise<void> {
    const { cosigners, log, logger, store } = this.#deps
    try {
      if (this.#verified) await this.follow()
      else await this.reload(null)
      this.checkClock()
      await checkWitnessFloor({ cosigners, log, trust: this.trust, store }, this.#memory.state)
    } catch (error) {
      if (!(error instanceof Fatal || error instanceof Refusal)) throw error
      this.#halted =
        error instanceof Refusal
          ? error
          : new Refusal('row-disagrees-with-log', 'what is stored is not what was signed for')
      logger.error({ code: this.#halted.code, reason: error.message }, 'nothing is signed')
      return
    }
    if (this.#memory.state) await this.cosignAndPublish([])
    this.#halted = null
  }

  /** A clock behind the log's own time is wrong, or the log was moved to a machine whose clock is. */
  private checkClock(): void {
    const behind = (this.#memory.state?.at ?? 0) - this.#deps.surroundings.clock()
    if (behind > 0)
      throw new Refusal('unavailable', `the clock is ${behind} ms behind the last checkpoint`)
  }

  /**
   * Pool after pool. Under load the next full one is decided while the one before it becomes durable
   * and public, on what that one will have changed: if it fails, so do both.
   */
  private async sequence(): Promise<void> {
    const unanswered = new Set<readonly Waiting[]>()
    let committing: Promise<void> = Promise.resolve()
    let before: Decision | null = null
    try {
      do {
        const pool = this.#waiting.takePool()
        unanswered.add(pool)
        const decision: Decision = await this.decide(pool, before)
        await committing
        committing = this.commit(decision).then(() => {
          unanswered.delete(pool)
          answer(pool, decision)
        })
        committing.catch(() => undefined) // looked at below, where it counts
        before = decision
      } while (await this.isFullBefore(committing))
      await committing
    } catch (error) {
      await Promise.allSettled([committing])
      for (const pool of unanswered) refuse(pool, new Refusal('unavailable', VERIFY_AGAIN))
      throw error
    }
  }

  /** Whether another whole pool comes together while this one is at work. */
  private async isFullBefore(committing: Promise<void>): Promise<boolean> {
    const isFull = this.#waiting.whenFull().then(() => !this.#closed)
    return Promise.race([isFull, committing.then(() => false)])
  }

  private async decide(pool: readonly Waiting[], before: Decision | null): Promise<Decision> {
    await Promise.all(pool.map(({ verified }) => verified))
    const submissions = pool.map(({ submission }) => submission)
    const subjects = submissions.flatMap(subjectsOf)
    const stored = await ordersOf(this.#deps.db, [...new Set(subjects)])
    const t = this.#deps.surroundings.clock()
    const last = before?.t ?? this.#memory.state?.at
    if (last !== undefined && t <= last)
      return refuseAll(submissions, last, new Refusal('unavailable', CLOCK_BEHIND))
    return decide(submissions, this.ledger, withPending(stored, before?.accepted ?? []), t)
  }

  private async commit({ t, accepted, repeated }: Decision): Promise<void> {
    if (accepted.length > 0) {
      await this.swapAndPublish(accepted, t)
      this.#discarding = this.discardStaged()
    }
    // Another process may have died between logging an order and publishing it.
    else if (repeated.size > 0 && this.lacks('newest')) await this.cosignAndPublish([])
  }

  private async swapAndPublish(accepted: readonly Accepted[], t: number): Promise<void> {
    const { db, store, log, trust } = this.#deps
    const { state: before, edge: edgeBefore, partial, ledger } = this.#memory
    // Readers of this folder know more than this database: it is a copy, and must not even sign.
    checkPublishedFile(this.#deps, await store.readCheckpoint(), before)
    const entries = accepted.map(({ entry }) => entry)
    // The leaf hash is always that of the bytes that will be served: one flipped bit kills a log.
    const leaves = entries.map((entry) => leafHash(entry, sha256Fast))
    const { edge, tiles } = appendLeaves(edgeBefore, leaves, sha256Fast)
    const bundles = appendEntries(edgeBefore.size, partial, entries)
    const after = { origin: log.key.name, size: edge.size, root: edgeRoot(edge, sha256Fast) }
    const note = signCheckpoint(after, log.key, log.sign)
    const staging = encodeStaging(tiles, bundles)
    await this.#discarding
    // Not repeated on any error: a commit without an answer may have happened, and a blind second
    // try would fork. The compare-and-swap needs no more than read committed.
    await db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (trx) => {
        await swapCheckpoint(trx, { before, after, note, at: t, staging })
        await writeRows(trx, accepted)
      })
    await publishStaged(staging, store)
    const last = bundles.at(-1)!
    this.#memory = {
      state: { checkpoint: openCheckpoint(note, [log.key], trust.verify.ed25519), note, at: t },
      edge,
      partial: last.width === TILE_WIDTH ? new Uint8Array() : last.bytes,
      ledger,
    }
    await this.cosignAndPublish(accepted)
    this.followRoot()
  }

  /** Gathers lines for the present checkpoint and publishes it, new or with more lines than before. */
  private async cosignAndPublish(accepted: readonly Accepted[]): Promise<void> {
    const { db, store, cosigners, logger, onPublished } = this.#deps
    const trusts = this.#trusts
    const { state } = this.#memory
    if (!state) return
    const text = formatCheckpoint(state.checkpoint)
    const lines = await cosigners.collect({ checkpoint: state.checkpoint, note: state.note, text })
    const own = parseNote(state.note)
    const note = formatNote({ text: own.text, signatures: [...own.signatures, ...lines] })
    this.#published = await publishNote({ db, store, trusts }, state, note, this.#published)
    this.planCosigning()
    logger.debug(
      { size: state.checkpoint.size, lines: lines.length, entries: accepted.length },
      'published',
    )
    onPublished(this.#published, accepted)
  }

  /** Whether the newest entries are still without publication, or without the guarded quorum. */
  private lacks(what: 'newest' | 'guarded'): boolean {
    return this.#published[what]?.checkpoint.size !== this.#memory.state?.checkpoint.size
  }

  private planCosigning(): void {
    const pause = this.lacks('newest') || this.lacks('guarded') ? LACKING_COSIGN_MS : IDLE_COSIGN_MS
    this.#nextCosign = this.#deps.surroundings.clock() + pause
  }

  /** While the next pool is decided: what stays behind here goes with the next checkpoint. */
  private async discardStaged(): Promise<void> {
    const { checkpoint } = this.#memory.state!
    try {
      await discardStaging(this.#deps.db, checkpoint)
    } catch (error) {
      this.#deps.logger.warn({ err: faultOf(error) }, 'staged tiles could not be discarded')
    }
  }
}
