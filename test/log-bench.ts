import { deepStrictEqual, strictEqual } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  NOTHING_AFTERWARDS,
  contentTypeOf,
  parseDocument,
  parseEntry,
  parseOrder,
  saltedHash,
  toHex,
} from '../src/core/index.ts'
import {
  generateNoteSigner,
  machine,
  makeLogger,
  nodeVerifiers,
  type NoteSigner,
  type Surroundings,
} from '../src/host/index.ts'
import type { Tile } from '../src/log/index.ts'
import type { Database } from '../src/registry/db/database.ts'
import { Cosigners } from '../src/registry/log/cosigners.ts'
import type { Accepted } from '../src/registry/log/decide.ts'
import { fsck } from '../src/registry/log/fsck.ts'
import type { Published } from '../src/registry/log/published.ts'
import { Sequencer, type SequencerDeps } from '../src/registry/log/sequencer.ts'
import type { Submission } from '../src/registry/log/submission.ts'
import { TileStore } from '../src/registry/log/tile-store.ts'
import { compose, signComposed } from '../src/registry/model/compose.ts'
import type { Subject } from '../src/registry/model/subjects.ts'
import { found, type Founding, type Member } from '../src/sim/index.ts'
import { readTrust, type Trust } from '../src/wire/index.ts'
import { startWitness, type RunningWitness } from '../src/witness/index.ts'
import { freePorts } from '../src/cli/free-ports.ts'
import { imeiNumber } from './world.ts'

export const quiet = makeLogger('log-bench', 'silent')
export const ORIGIN = 'log.bench.example/stolen-mode'
export const WITNESS = 'witness.bench.example'
/** As far ahead as a test may want its log to begin; the clock of a bench only ticks. */
const START_MS = Date.now()

/** Whoever holds these is this log, its witness and the force's intake. */
export interface BenchKeys {
  readonly log: NoteSigner
  readonly witness: NoteSigner
  readonly founding: Pick<Founding, 'root' | 'certificates'> & {
    readonly intake: Pick<Member, 'signer' | 'sub'>
  }
  readonly port: number
  /** Where the policy expects a guardian; nobody listens there. */
  readonly guardianPort: number
}

export interface BenchPems {
  readonly log: string
  readonly witness: string
  readonly intake: string
}

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
  readonly folder: string
  database: Database
  readonly told: Told[] = []
  readonly trust: Trust
  witness: RunningWitness | null = null
  now = START_MS
  readonly keys: BenchKeys
  #opened: Sequencer[] = []
  #subjects = 0

  constructor(database: Database, folder: string, keys: BenchKeys) {
    this.database = database
    this.folder = folder
    this.keys = keys
    this.trust = readTrust(keys.founding.root, nodeVerifiers())
  }

  get log(): NoteSigner {
    return this.keys.log
  }

  get port(): number {
    return this.keys.port
  }

  get guardianPort(): number {
    return this.keys.guardianPort
  }

  get founding(): BenchKeys['founding'] {
    return this.keys.founding
  }

  /** A founded log of `size` entries, or as many as its documents need, and no sequencer running. */
  static async make(database: Database, size = 0, made?: BenchKeys): Promise<LogBench> {
    const keys = made ?? (await LogBench.keys()).keys
    const bench = new LogBench(database, mkdtempSync(join(tmpdir(), 'stolen-mode-log-')), keys)
    await bench.startWitness()
    const sequencer = await bench.open()
    await bench.#found(sequencer)
    const missing = size - sequencer.ledger.size
    if (missing > 0) await Promise.all(bench.holds(missing).map((hold) => sequencer.submit(hold)))
    await sequencer.close()
    return bench
  }

  /** The same folder, keys and witness on another database. */
  on(database: Database): LogBench {
    const other = new LogBench(database, this.folder, this.keys)
    other.now = this.now
    other.#subjects = this.#subjects + 1_000
    return other
  }

  /** Keys of a new log, the PEMs for processes of their own. */
  static async keys(): Promise<{ readonly keys: BenchKeys; readonly pem: BenchPems }> {
    const [port, guardianPort] = (await freePorts(2)) as [number, number]
    const log = generateNoteSigner(ORIGIN, 1)
    const witness = generateNoteSigner(WITNESS, 4)
    const member = (name: string, { key }: NoteSigner, at: number) => ({
      name,
      key,
      url: `http://127.0.0.1:${at}`,
    })
    const guardian = generateNoteSigner('guardian.bench.example', 4).signer
    const founding = found({
      now: Math.floor(START_MS / 1000),
      log: { key: log.signer.key, url: 'http://127.0.0.1/log' },
      witnesses: [member('witness', witness.signer, port)],
      guardians: [member('guardian', guardian, guardianPort)],
      capPerHour: 10_000,
      officers: 2,
      operators: 1,
      tacs: [],
    })
    return {
      keys: { log: log.signer, witness: witness.signer, founding, port, guardianPort },
      pem: { log: log.pem, witness: witness.pem, intake: founding.intake.pem },
    }
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
    const composed = compose(content, subject, [], now, {
      afterwards: NOTHING_AFTERWARDS,
      random: surroundings.random,
      recorded: [],
    })
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
    return { id: randomUUID(), ids, owner: null, model: null, ctrFloor: 0 }
  }

  async startWitness(): Promise<void> {
    this.witness = await startWitness({
      name: 'witness',
      signer: this.keys.witness,
      logs: [this.log.key],
      dataDir: join(this.folder, 'witness'),
      port: this.keys.port,
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

  /**
   * Everything published, from outside, and the same in database and witness.
   * @returns the index of each order, by oid
   */
  async audit(): Promise<Map<string, number>> {
    const { trust, log, database } = this
    const read = (path: string) => this.read(path)
    const report = await fsck({ log: log.key, trust, read, db: database.db, logger: quiet })
    strictEqual(report.databaseSize, report.published.size, 'all that was signed is published')
    const rows = await database.db
      .selectFrom('entries')
      .select(['index', 'leaf'])
      .orderBy('index')
      .execute()
    deepStrictEqual(
      rows.map(({ index }) => Number(index)),
      [...Array(report.published.size).keys()],
    )
    const orders = rows.flatMap(({ index, leaf }) => {
      const { kind, body } = parseEntry(new Uint8Array(leaf))
      return kind === 'order' ? [[oidOf(body.payload), Number(index)] as const] : []
    })
    const byOid = new Map(orders)
    strictEqual(byOid.size, orders.length, 'no order stands twice')
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

  /** Everything that runs on it; database and folder stay. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((sequencer) => sequencer.close()))
    await this.stopWitness()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const oidOf = (payload: Uint8Array) => toHex(parseOrder(payload).oid)
