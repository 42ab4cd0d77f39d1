import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import {
  contentTypeOf,
  parseDocument,
  parseEntry,
  parseOrder,
  saltedHash,
  toHex,
} from '../src/core/index.ts'
import { generateNoteSigner, machine, nodeVerifiers, verifyEd25519 } from '../src/host/index.ts'
import { makeLogger, type NoteSigner, type Surroundings } from '../src/host/index.ts'
import { auditLog, type Tile } from '../src/log/index.ts'
import type { Database } from '../src/registry/db/database.ts'
import { Cosigners } from '../src/registry/log/cosigners.ts'
import type { Accepted } from '../src/registry/log/decide.ts'
import type { Published } from '../src/registry/log/published.ts'
import { Sequencer, type SequencerDeps } from '../src/registry/log/sequencer.ts'
import type { Submission } from '../src/registry/log/submission.ts'
import { TileStore } from '../src/registry/log/tile-store.ts'
import { compose, signComposed } from '../src/registry/model/compose.ts'
import type { Subject } from '../src/registry/model/subjects.ts'
import { found, type Founding } from '../src/sim/index.ts'
import { readTrust, type Trust } from '../src/wire/index.ts'
import { startWitness, type RunningWitness } from '../src/witness/index.ts'
import { freePorts } from './free-ports.ts'
import { imeiNumber } from './world.ts'

export const quiet = makeLogger('log-bench', 'silent')
const ORIGIN = 'log.bench.example/stolen-mode'
/** As far ahead as a test may want its log to begin; the clock of a bench only ticks. */
const START_MS = Date.now()

/** What a sequencer told its feed. */
export interface Told {
  readonly published: Published
  readonly accepted: readonly Accepted[]
}

/**
 * A log alone: a real sequencer on a real database and a real folder, with a real witness beside it.
 * Its guardian is never there, so that locks and holds stay pending and nothing is asked again.
 */
export class LogBench implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stolen-mode-log-'))
  readonly database: Database
  readonly log: NoteSigner = generateNoteSigner(ORIGIN, 1).signer
  readonly witnessKey = generateNoteSigner('witness.bench.example', 4).signer
  readonly told: Told[] = []
  founding!: Founding
  trust!: Trust
  witness: RunningWitness | null = null
  now = START_MS
  #port = 0
  #opened: Sequencer[] = []
  #subjects = 0

  private constructor(database: Database) {
    this.database = database
  }

  /** A founded log of `size` entries, or as many as its documents need, and no sequencer running. */
  static async make(database: Database, size = 0): Promise<LogBench> {
    const bench = new LogBench(database)
    const [port, nobody] = await freePorts(2)
    bench.#port = port!
    const member = (name: string, { key }: NoteSigner, at: number) => ({
      name,
      key,
      url: `http://127.0.0.1:${at}`,
    })
    const guardian = generateNoteSigner('guardian.bench.example', 4).signer
    bench.founding = found({
      now: Math.floor(bench.now / 1000),
      log: { key: bench.log.key, url: 'http://127.0.0.1/log' },
      witnesses: [member('witness', bench.witnessKey, port!)],
      guardians: [member('guardian', guardian, nobody!)],
      capPerHour: 10_000,
      officers: 2,
      operators: 1,
      tacs: [],
    })
    bench.trust = readTrust(bench.founding.root, nodeVerifiers())
    await bench.startWitness()
    const sequencer = await bench.open()
    await bench.#found(sequencer)
    const missing = size - sequencer.ledger.size
    if (missing > 0) await Promise.all(bench.holds(missing).map((hold) => sequencer.submit(hold)))
    await sequencer.close()
    return bench
  }

  async #found(sequencer: Sequencer): Promise<void> {
    const { root, certificates } = this.founding
    await Promise.all(
      [root, ...certificates].map((document, i) => {
        const kind = i === 0 ? 'root' : 'certificate'
        return sequencer.submit({ kind, body: parseDocument(document, contentTypeOf(kind)) })
      }),
    )
  }

  /** Ticks with each look: the log's time has to rise from checkpoint to checkpoint. */
  get surroundings(): Surroundings {
    return { clock: () => this.now++, random: machine.random }
  }

  store(): TileStore {
    return new TileStore(join(this.folder, 'log'))
  }

  /** A sequencer on this database and folder, as a new process has it. */
  async open(changes: Partial<SequencerDeps> = {}): Promise<Sequencer> {
    const store = changes.store ?? this.store()
    await store.open()
    const { log, trust, surroundings } = this
    const readTile = (tile: Tile) => store.readTile(tile)
    const sequencer = await Sequencer.open({
      db: this.database.db,
      store,
      cosigners: new Cosigners(trust, readTile, quiet),
      log,
      trust,
      poolMs: 2,
      surroundings,
      logger: quiet,
      onPublished: (published, accepted) => this.told.push({ published, accepted }),
      ...changes,
    })
    this.#opened.push(sequencer)
    return sequencer
  }

  /** Holds of phones nobody has heard of, each of another one. */
  holds(count: number): Submission[] {
    return Array.from({ length: count }, () => this.hold())
  }

  hold(subject = this.subject()): Submission {
    const { founding, surroundings } = this
    const auth = founding.intake.sub
    const own = ['card', saltedHash(machine.random(32), 'bench')] as const
    const now = Math.floor(this.now / 1000)
    const content = { act: 'hold', auth, own, why: 1 } as const
    const composed = compose(content, subject, [], now, surroundings)
    return {
      kind: 'order',
      body: signComposed(composed, [founding.intake.signer]),
      order: {
        subjectId: subject.id,
        opening: composed.opening,
        ownerSalt: null,
        caseId: null,
        draftId: null,
      },
    }
  }

  subject(): Subject {
    const imei = imeiNumber(++this.#subjects)
    const ids = { dak: null, imeis: [imei], serial: null }
    return { id: randomUUID(), ids, owner: null, model: null }
  }

  async startWitness(): Promise<void> {
    this.witness = await startWitness({
      name: 'witness',
      signer: this.witnessKey,
      logs: [this.log.key],
      dataDir: join(this.folder, 'witness'),
      port: this.#port,
      surroundings: machine,
      logger: quiet,
    })
  }

  async stopWitness(): Promise<void> {
    await this.witness?.close()
    this.witness = null
  }

  read(path: string): Promise<Uint8Array | null> {
    return this.store().read(path)
  }

  /** From outside: the folder alone, against the plain quorum. @returns the index of each order, by oid */
  async audit(): Promise<Map<string, number>> {
    const { trust } = this
    const { checkpoint } = await auditLog({
      policy: trust.plain,
      verify: verifyEd25519,
      read: (path) => this.read(path),
    })
    const rows = await this.database.db
      .selectFrom('entries')
      .select(['index', 'leaf'])
      .orderBy('index')
      .execute()
    expect(rows.map(({ index }) => Number(index))).toEqual([...Array(checkpoint.size).keys()])
    const orders = rows.flatMap(({ index, leaf }) => {
      const { kind, body } = parseEntry(new Uint8Array(leaf))
      return kind === 'order' ? [[oidOf(body.payload), Number(index)] as const] : []
    })
    const byOid = new Map(orders)
    expect(byOid.size).toBe(orders.length)
    return byOid
  }

  /** Size of the tree in the published file, read as any stranger would. */
  publishedSize(): number {
    const note = readFileSync(join(this.folder, 'log', 'checkpoint'), 'utf8')
    return Number(note.split('\n')[1])
  }

  /** As if readers had not been given any yet. */
  async forgetCheckpointFile(): Promise<void> {
    await rm(join(this.folder, 'log', 'checkpoint'))
  }

  file(path: string): Promise<Buffer> {
    return readFile(join(this.folder, 'log', path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((sequencer) => sequencer.close()))
    await this.stopWitness()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const oidOf = (payload: Uint8Array) => toHex(parseOrder(payload).oid)
