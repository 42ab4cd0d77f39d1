import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { OfficerDesk } from '../src/cli/clients/officer.ts'
import { Owner } from '../src/cli/clients/owner.ts'
import {
  kidOf,
  parseImei14,
  parseMadeDevice,
  parseTac,
  type Imei14,
  type Place,
  type Signer,
  type State,
} from '../src/core/index.ts'
import { Phone } from '../src/device/index.ts'
import {
  startEdge,
  startStatusSigner,
  type Edge,
  type RunningStatusSigner,
} from '../src/edge/index.ts'
import {
  generateEs256,
  generateNoteSigner,
  machine,
  nodeVerifiers,
  type Logger,
  type NoteSigner,
  type Surroundings,
} from '../src/host/index.ts'
import { snapshotKeyName } from '../src/log/index.ts'
import {
  openRegistry,
  serve,
  type Database,
  type Limits,
  type ModelNames,
  type Peer,
  type Registry,
  type RegistryOptions,
  type Served,
} from '../src/registry/index.ts'
import {
  DEMO_COUNTRY,
  produce,
  unbox,
  type FoundedCountry,
  type Founding,
  RegisterProbe,
} from '../src/sim/index.ts'
import { readTrust, type Trust } from '../src/wire/index.ts'
import { startGuardian, startWitness, type RunningWitness } from '../src/witness/index.ts'
import { auditWorld, foldedState } from './audit-world.ts'
import { openWorldDatabase } from './database.ts'
import { foundWith, type Abroad } from './founding-plan.ts'
import type { WorldOptions } from './world-options.ts'
import { freePorts } from '../src/cli/free-ports.ts'

const ORIGIN = 'log.world.example/stolen-mode'
const TAC = parseTac('00101701')
const PATIENCE_MS = 60_000
const DEFAULT_CAP = 1_000

/** A simulated phone with its owner. */
export interface Handset {
  readonly phone: Phone
  /** Its folder. */
  readonly dir: string
  /** Its maker's record, and the thumbprint of its key. */
  readonly record: Uint8Array
  readonly device: Uint8Array
  readonly imei: Imei14
  readonly owner: Owner
  readonly ownerKey: Signer
  readonly ownerPem: string
  /** The recovery card that was shown once. */
  readonly card: string
}

/**
 * The whole constellation in one process: real keys, real database, real sockets, one clock that
 * tests move. Failing needs no network trick: parties can be stopped and started.
 */
export class World implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stolen-mode-world-'))
  readonly surroundings: Surroundings = {
    clock: () => Date.now() + this.#ahead,
    random: machine.random,
  }
  logger: Logger = pino({ level: process.env['WORLD_LOG'] ?? 'silent' })
  readonly log: NoteSigner = generateNoteSigner(ORIGIN, 1).signer
  readonly #witnessKey = generateNoteSigner('witness.world.example', 4).signer
  readonly #guardianKey = generateNoteSigner('guardian.world.example', 4).signer
  readonly listsKey: NoteSigner = generateNoteSigner(snapshotKeyName(ORIGIN), 1).signer
  readonly #secret = machine.random(32)
  readonly handsets: Handset[] = []
  /** Other registries, from the registry's next start on. */
  peers: readonly Peer[] = []
  /** Of further forces; taken up when the registry starts. */
  readonly moreIntakes: Signer[] = []
  #ahead = 0
  #ports = {
    registry: 0,
    witness: 0,
    guardian: 0,
    edge: 0,
    admin: 0,
    statusSigner: 0,
  }
  #abroad: readonly Abroad[] = []
  founding!: Founding
  /** Keys and certificates of the country abroad. */
  neighbour: FoundedCountry | null = null
  trust!: Trust
  database!: Database
  #ownsDatabase = false
  #limits: Limits | null = null
  #models: ModelNames | null = null
  #place: Place = { country: DEMO_COUNTRY, network: '00101' }
  #remembers = false
  #settings: Partial<RegistryOptions> = {}
  registry: Registry | null = null
  #served: Served | null = null
  witness: RunningWitness | null = null
  guardian: RunningWitness | null = null
  edge: Edge | null = null
  statusSigner: RunningStatusSigner | null = null
  probe!: RegisterProbe
  first!: OfficerDesk
  second!: OfficerDesk

  static async boot(options: WorldOptions = {}): Promise<World> {
    const world = new World()
    await world.#found(options)
    await world.startWitness()
    await world.startGuardian()
    await world.startRegistry()
    await world.startEdge()
    await world.startStatusSigner()
    await world.settle()
    return world
  }

  async #found(options: WorldOptions): Promise<void> {
    const { database, capPerHour = DEFAULT_CAP, operators = 1 } = options
    if (options.logger) this.logger = options.logger
    this.#limits = options.limits ?? null
    this.#models = options.models ?? null
    this.#place = options.place ?? this.#place
    this.#remembers = options.remember ?? false
    const [registry, witness, guardian, edge, admin, statusSigner] = await freePorts(6)
    this.#ports = {
      registry: registry!,
      witness: witness!,
      guardian: guardian!,
      edge: edge!,
      admin: admin!,
      statusSigner: statusSigner!,
    }
    const { abroad = null } = options
    this.#abroad = abroad ? [abroad] : []
    const { founding, neighbour } = foundWith({
      now: Math.floor(this.surroundings.clock() / 1000),
      log: this.log,
      registryUrl: this.registryUrl,
      witness: { key: this.#witnessKey.key, url: `http://127.0.0.1:${witness}` },
      guardian: { key: this.#guardianKey.key, url: `http://127.0.0.1:${guardian}` },
      capPerHour,
      operators,
      tac: TAC,
      abroad,
      pagesPort: options.pagesPort ?? null,
    })
    this.founding = founding
    this.neighbour = neighbour
    this.trust = readTrust(this.founding.root, nodeVerifiers())
    this.#ownsDatabase = database === undefined
    this.database = database ?? (await openWorldDatabase(join(this.folder, 'database')))
    this.first = this.desk(this.founding.officers[0]!.signer)
    this.second = this.desk(this.founding.officers[1]!.signer)
    this.probe = new RegisterProbe(`http://127.0.0.1:${edge}`)
  }

  /** A certified party's seat at the registry, on the world's clock. */
  desk(signer: Signer): OfficerDesk {
    return new OfficerDesk(this.registryUrl, signer, this.surroundings.clock)
  }

  get registryUrl(): string {
    return `http://127.0.0.1:${this.#ports.registry}`
  }

  get edgeUrl(): string {
    return `http://127.0.0.1:${this.#ports.edge}`
  }

  get force(): Signer {
    return this.founding.forceOrder.signer
  }

  get forceName(): string {
    const { authorities } = this.running.context.sequencer.ledger
    return authorities.ofKey(kidOf(this.force.key))[0]!.cert.sub
  }

  /** The running registry. */
  get running(): Registry {
    if (!this.registry) throw new Error('the registry is stopped')
    return this.registry
  }

  /** Moves everybody's clock. */
  advance(ms: number): void {
    this.#ahead += ms
  }

  /** So much later, and the witnesses have said so: what waits for both clocks is over. */
  async pass(ms: number): Promise<void> {
    this.advance(ms)
    const seconds = Math.floor(this.surroundings.clock() / 1000)
    await this.until(() => this.running.context.sequencer.published.cosignedSeconds >= seconds)
  }

  /** The registry again, with other settings of its own. */
  async restartWith(settings: Partial<RegistryOptions>): Promise<void> {
    await this.stopRegistry()
    this.#settings = settings
    await this.startRegistry()
    await this.running.context.sequencer.whenRunning()
  }

  async startRegistry(): Promise<void> {
    this.registry = await this.openRegistry()
    this.#served = await serve(this.registry.app, this.#ports.registry)
  }

  /** One more process of the registry, on the same database and folder; its opener closes it. */
  openRegistry(): Promise<Registry> {
    const { founding, log, surroundings, logger } = this
    return openRegistry({
      database: this.database,
      logFolder: join(this.folder, 'log'),
      trust: this.trust,
      keys: {
        log,
        intakes: [founding.intake.signer, ...this.moreIntakes],
        registry: founding.registry[0].signer,
        lists: this.listsKey,
        secret: this.#secret,
      },
      url: this.registryUrl,
      country: DEMO_COUNTRY,
      peers: this.peers,
      statusSignerUrl: `http://127.0.0.1:${this.#ports.statusSigner}`,
      founding: [founding.root, ...founding.certificates],
      poolMs: 25,
      limits: this.#limits,
      models: this.#models,
      surroundings,
      logger,
      ...this.#settings,
    })
  }

  async stopRegistry(): Promise<void> {
    const closing = this.#served?.close()
    await this.registry?.close()
    await closing
    this.registry = null
    this.#served = null
  }

  async startWitness(): Promise<void> {
    this.witness = await startWitness({ ...this.#cosigner('witness'), signer: this.#witnessKey })
  }

  async startGuardian(): Promise<void> {
    const url = `${this.registryUrl}/log`
    this.guardian = await startGuardian({
      ...this.#cosigner('guardian'),
      signer: this.#guardianKey,
      logs: [
        { keys: [this.log.key], url, trust: this.trust },
        ...this.#abroad.map(({ log, url: base }) => ({
          keys: [log.key],
          url: `${base}/log`,
          trust: this.trust,
        })),
      ],
    })
  }

  #cosigner(name: 'witness' | 'guardian') {
    const { surroundings, logger } = this
    return {
      name,
      logs: [this.log.key, ...this.#abroad.map(({ log }) => log.key)],
      dataDir: join(this.folder, name),
      port: this.#ports[name],
      surroundings,
      logger,
    }
  }

  async stopWitness(): Promise<void> {
    await this.witness?.close()
    this.witness = null
  }

  async stopGuardian(): Promise<void> {
    await this.guardian?.close()
    this.guardian = null
  }

  async startEdge(): Promise<void> {
    const { founding, trust, surroundings, logger } = this
    this.edge = await startEdge({
      name: 'edge-1',
      signer: founding.operators[0]!.signer,
      trust,
      registries: [{ origin: ORIGIN, url: this.registryUrl, listsKey: this.listsKey.key }],
      dataDir: join(this.folder, 'edge'),
      port: this.#ports.edge,
      adminPort: this.#ports.admin,
      ...this.#place,
      unknown: 'whitelist',
      remember: this.#remembers,
      surroundings,
      logger,
    })
    this.probe.close()
    this.probe = new RegisterProbe(this.edgeUrl)
  }

  /** Whoever signs status tokens beside the registry. */
  async startStatusSigner(): Promise<void> {
    const { founding, trust, surroundings, logger, registryUrl } = this
    this.statusSigner = await startStatusSigner({
      signer: founding.registry[1].signer,
      trust,
      registry: { origin: ORIGIN, url: registryUrl },
      dataDir: join(this.folder, 'status-signer'),
      url: `http://127.0.0.1:${this.#ports.statusSigner}`,
      port: this.#ports.statusSigner,
      surroundings,
      logger,
    })
  }

  async stopStatusSigner(): Promise<void> {
    await this.statusSigner?.close()
    this.statusSigner = null
  }

  async stopEdge(): Promise<void> {
    this.probe.close()
    await this.edge?.close()
    this.edge = null
  }

  async edgeHealth(): Promise<
    Record<string, never> & {
      readonly plainSize: number
      readonly guardedSize: number
      readonly sightingsWaiting: number
    }
  > {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.admin}/healthz`)
    return (await answer.json()) as Awaited<ReturnType<World['edgeHealth']>>
  }

  /** New phones, enrolled for owners of their own, set up and switched on. */
  async enrol(count = 1): Promise<Handset[]> {
    const { surroundings, logger, registryUrl } = this
    const produced = await produce({
      folder: join(this.folder, 'phones', String(this.handsets.length)),
      count,
      first: this.handsets.length + 1,
      tac: TAC,
      maker: this.founding.maker.signer,
      root: this.founding.root,
      surroundings,
    })
    const monotonic = () => performance.now()
    const made = await Promise.all(
      produced.map(async (item) => {
        const { signer: key, pem: ownerPem } = generateEs256()
        const { card } = await unbox(item, {
          registryUrl,
          country: DEMO_COUNTRY,
          model: 'Example One',
          owner: key,
          surroundings,
          monotonic,
          logger,
        })
        const phone = new Phone({
          dir: item.dir,
          registryUrl,
          country: DEMO_COUNTRY,
          surroundings,
          monotonic,
          logger,
        })
        await phone.powerOn()
        return {
          phone,
          dir: item.dir,
          record: item.record,
          device: parseMadeDevice(item.record).dak,
          imei: item.imei,
          owner: new Owner(registryUrl, card, key),
          ownerKey: key,
          ownerPem,
          card,
        }
      }),
    )
    this.handsets.push(...made)
    return made
  }

  async enrolOne(): Promise<Handset> {
    const [handset] = await this.enrol(1)
    return handset!
  }

  /** Two officers and the force lock a phone. @returns its case and the lock's place in the log */
  async lock(
    about: { readonly imei: Imei14 } | { readonly reference: string },
  ): Promise<{ caseId: string; index: number }> {
    const { id } = await this.first.openCase({ crimeReference: 'WORLD/1', why: 'theft', ...about })
    await this.first.propose(id)
    return {
      caseId: id,
      index: await this.second.approve(await this.second.waiting(id, 'lock'), this.force),
    }
  }

  /** Waits until the edge has applied all that is published, under both quorums while all cosign. */
  async settle(): Promise<void> {
    await this.until(async () => {
      const { newest, guarded } = this.running.context.sequencer.published
      const size = newest?.checkpoint.size ?? 0
      const wanted = this.guardian ? size : (guarded?.checkpoint.size ?? 0)
      if (this.guardian && guarded?.checkpoint.size !== size) return false
      if (!this.edge) return size > 0
      const edge = await this.edgeHealth()
      return (
        size > 0 &&
        edge.plainSize === size &&
        edge.guardedSize >= wanted &&
        edge.sightingsWaiting === 0
      )
    })
  }

  /** Waits for something that is on its way; a test fails when it does not come. */
  async until(holds: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error('it did not come to pass')
      await wait(15)
    }
  }

  /** The state everybody has to agree on: folded anew from the orders, with the quorums there are. */
  stateOf(imei: Imei14): Promise<State> {
    return foldedState(this.running.context, imei)
  }

  /** Everything published, looked at from outside: the log whole, register and phones as folded. */
  audit(): Promise<void> {
    return auditWorld(this)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { phone } of this.handsets) await phone.powerOff()
    await this.stopEdge()
    await this.stopStatusSigner()
    if (this.registry) await this.stopRegistry()
    await this.stopGuardian()
    await this.stopWitness()
    if (this.#ownsDatabase) await this.database.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A serial number as an IMEI of the test model. */
export const imeiNumber = (n: number) => parseImei14(`${TAC}${String(n).padStart(6, '0')}`)
