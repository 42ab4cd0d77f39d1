import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { Refusal } from '../../core/index.ts'
import type { Ledger } from '../../core/index.ts'
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
  type TileEdge,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import { ordersOf } from '../model/orders.ts'
import type { Cosigners } from './cosigners.ts'
import { decide, type Accepted } from './decide.ts'
import { loadPublished, savePublished, withNote, type Published } from './published.ts'
import { checkWitnessFloor, recover } from './recover.ts'
import { writeRows } from './rows.ts'
import { encodeStaging, publishStaged } from './staging.ts'
import { discardStaging, swapCheckpoint, type LogState } from './state.ts'
import type { Logged, Submission } from './submission.ts'
import type { TileStore } from './tile-store.ts'

export interface SequencerDeps {
  readonly db: Kysely<Schema>
  readonly store: TileStore
  readonly cosigners: Cosigners
  readonly log: NoteSigner
  readonly trust: Trust
  /** Milliseconds submissions are gathered. */
  readonly poolMs: number
  readonly surroundings: Surroundings
  readonly logger: Logger
  /** Told after publication, in order: new entries, then the checkpoint that covers them. */
  readonly onPublished: (published: Published, accepted: readonly Accepted[]) => void
}

interface Waiting {
  readonly submission: Submission
  readonly resolve: (logged: Logged) => void
  readonly reject: (error: unknown) => void
}

/** Entries of one checkpoint at most: what a guardian can verify within its second. */
const MAX_POOL = 1_000
/** Submissions that may wait; more are told to come back. */
const MAX_WAITING = 20_000
/** An idle log is cosigned anew: the readers' clock. */
const IDLE_COSIGN_MS = 60_000
/** How soon cosignatures are asked for again while a lock lacks its quorum. */
const LACKING_COSIGN_MS = 1_000
const RETRY_MS = 1_000
const HALTED_LOOK_MS = 50

/**
 * Turns submissions into log entries: pool, decide, sign and swap in one transaction, tiles,
 * cosignatures, publish, and only then answer. One turn at a time; recovery takes the same path.
 */
export class Sequencer {
  readonly #deps: SequencerDeps
  readonly #waiting: Waiting[] = []
  #state: LogState | null = null
  #edge!: TileEdge
  #partial!: Uint8Array
  #ledger!: Ledger
  #published!: Published
  /** Why nothing is signed at the moment; null while all is well. */
  #halted: Refusal | null = new Refusal('unavailable', 'the log is being verified')
  /** Memory was re-derived from disk since the last doubt. */
  #verified = false
  #turn: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #nextCosign = 0
  #closed = false

  private constructor(deps: SequencerDeps) {
    this.#deps = deps
  }

  /** Verifies the log and begins to sequence, or to wait for the witnesses. @throws {Fatal} */
  static async open(deps: SequencerDeps): Promise<Sequencer> {
    const sequencer = new Sequencer(deps)
    await sequencer.reload()
    await sequencer.resume()
    sequencer.schedule(deps.poolMs)
    return sequencer
  }

  get ledger(): Ledger {
    return this.#ledger
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
    return Math.max(this.#deps.surroundings.clock(), this.#state?.at ?? 0)
  }

  /**
   * Answers when the entry is durable, in the tiles and under a published checkpoint.
   * @throws {Refusal} what the law says, or unavailable: try again with the same order
   */
  submit(submission: Submission): Promise<Logged> {
    if (this.#closed) return Promise.reject(new Refusal('unavailable', 'shutting down'))
    if (this.#halted) return Promise.reject(this.#halted)
    if (this.#waiting.length >= MAX_WAITING)
      return Promise.reject(new Refusal('unavailable', 'too many orders are waiting'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ submission, resolve, reject })
      if (this.#waiting.length >= MAX_POOL) this.schedule(0)
    })
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
    this.rejectAll(this.#waiting.splice(0), new Refusal('unavailable', 'shutting down'))
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
      else if (this.#waiting.length > 0) await this.sequence(this.#waiting.splice(0, MAX_POOL))
      else if (this.#deps.surroundings.clock() >= this.#nextCosign) await this.cosignAndPublish([])
      if (this.#waiting.length >= MAX_POOL) delay = 0
    } catch (error) {
      this.doubt(error)
    }
    if (this.#halted) delay = RETRY_MS
    this.schedule(delay)
  }

  /** Whatever went wrong: nothing in memory is believed any more. */
  private doubt(error: unknown): void {
    this.#deps.logger.error({ err: error }, 'sequencing stopped until the log is verified again')
    this.#halted = new Refusal('unavailable', 'the log is being verified; try again')
    this.#verified = false
    this.rejectAll(this.#waiting.splice(0), this.#halted)
  }

  private async reload(): Promise<void> {
    const { db, log, trust } = this.#deps
    const recovered = await recover(this.#deps)
    this.#state = recovered.state
    this.#edge = recovered.edge
    this.#partial = recovered.partial
    this.#ledger = recovered.ledger
    this.#published = await loadPublished(db, log.key.name, trust)
    this.#verified = true
    this.#deps.onPublished(this.#published, [])
  }

  /** Signing begins only when memory is verified and the witnesses have not seen more than we have. */
  private async resume(): Promise<void> {
    const { cosigners, log, trust, logger } = this.#deps
    try {
      if (!this.#verified) await this.reload()
      await checkWitnessFloor(cosigners, log, trust, this.#state)
      if (this.#state) await this.cosignAndPublish([])
      this.#halted = null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#halted = error
      logger.warn({ code: error.code }, error.message)
    }
  }

  private async sequence(pool: readonly Waiting[]): Promise<void> {
    const t = this.#deps.surroundings.clock()
    if (this.#state && t <= this.#state.at) {
      this.rejectAll(
        pool,
        new Refusal('unavailable', 'the clock is at or behind the last checkpoint'),
      )
      return
    }
    let logged: ReadonlyMap<Submission, Logged>
    try {
      logged = await this.append(pool, t)
    } catch (error) {
      this.rejectAll(
        pool,
        new Refusal('unavailable', 'the log had to be verified; try again with the same order'),
      )
      throw error
    }
    for (const { submission, resolve } of pool) {
      const answer = logged.get(submission)
      if (answer) resolve(answer)
    }
  }

  private async append(
    pool: readonly Waiting[],
    t: number,
  ): Promise<ReadonlyMap<Submission, Logged>> {
    const submissions = pool.map(({ submission }) => submission)
    const subjects = submissions.flatMap(({ order }) => (order ? [order.subjectId] : []))
    const orders = await ordersOf(this.#deps.db, [...new Set(subjects)])
    const { accepted, refused, repeated } = decide(submissions, this.#ledger, orders, t)
    for (const { submission, reject } of pool) {
      const refusal = refused.get(submission)
      if (refusal) reject(refusal)
    }
    if (accepted.length > 0) await this.swapAndPublish(accepted, t)
    const logged = new Map<Submission, Logged>(accepted.map((entry) => [entry.submission, entry]))
    for (const [submission, index] of repeated) logged.set(submission, { index, t })
    return logged
  }

  private async swapAndPublish(accepted: readonly Accepted[], t: number): Promise<void> {
    const { db, store, log, trust } = this.#deps
    const entries = accepted.map(({ entry }) => entry)
    // The leaf hash is always that of the bytes that will be served: one flipped bit kills a log.
    const leaves = entries.map((entry) => leafHash(entry, sha256Fast))
    const { edge, tiles } = appendLeaves(this.#edge, leaves, sha256Fast)
    const bundles = appendEntries(this.#edge.size, this.#partial, entries)
    const after = { origin: log.key.name, size: edge.size, root: edgeRoot(edge, sha256Fast) }
    const note = signCheckpoint(after, log.key, log.sign)
    const staging = encodeStaging(tiles, bundles)
    const before = this.#state
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
    this.#edge = edge
    const last = bundles.at(-1)!
    this.#partial = last.width === 256 ? new Uint8Array() : last.bytes
    this.#state = { checkpoint: openCheckpoint(note, [log.key], trust.verify.ed25519), note, at: t }
    await this.cosignAndPublish(accepted)
    await discardStaging(db, after)
  }

  /** Gathers lines for the present checkpoint and publishes it, new or with more lines than before. */
  private async cosignAndPublish(accepted: readonly Accepted[]): Promise<void> {
    const { db, store, cosigners, log, trust, surroundings, logger } = this.#deps
    const state = this.#state
    if (!state) return
    const text = formatCheckpoint(state.checkpoint)
    const lines = await cosigners.collect({ checkpoint: state.checkpoint, note: state.note, text })
    const own = parseNote(state.note)
    const note = formatNote({ text: own.text, signatures: [...own.signatures, ...lines] })
    const published = withNote(this.#published, note, trust)
    await savePublished(db, log.key.name, published)
    await store.writeCheckpoint(note)
    this.#published = published
    const lacking = published.guarded?.checkpoint.size !== state.checkpoint.size
    this.#nextCosign = surroundings.clock() + (lacking ? LACKING_COSIGN_MS : IDLE_COSIGN_MS)
    logger.debug(
      { size: state.checkpoint.size, lines: lines.length, entries: accepted.length },
      'published',
    )
    this.#deps.onPublished(published, accepted)
  }

  private rejectAll(pool: readonly Waiting[], refusal: Refusal): void {
    for (const { reject } of pool) reject(refusal)
  }
}
