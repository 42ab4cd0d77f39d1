import { join } from 'node:path'
import { OfficerDesk } from '../src/cli/clients/officer.ts'
import { freePorts } from '../src/cli/free-ports.ts'
import { parseMadeDevice, parseTac, type Imei14 } from '../src/core/index.ts'
import { Phone } from '../src/device/index.ts'
import { generateEs256, generateNoteSigner, machine } from '../src/host/index.ts'
import { snapshotKeyName } from '../src/log/index.ts'
import {
  openDatabase,
  openRegistry,
  serve,
  type Database,
  type Registry,
  type Served,
} from '../src/registry/index.ts'
import { produce, type FoundedCountry } from '../src/sim/index.ts'
import { freshFolder } from './embedded-template.ts'
import type { Abroad } from './founding-plan.ts'
import type { World } from './world.ts'

const COUNTRY = 'XB'
const ORIGIN = 'log.xb.example/stolen-mode'
const TAC = parseTac('00101701')

/** A phone that is enrolled abroad and lies there in a drawer, not set up. */
export interface PhoneAbroad {
  readonly phone: Phone
  readonly dir: string
  readonly imei: Imei14
  readonly record: Uint8Array
  readonly device: Uint8Array
}

/** Another country's registry beside a world: its own log and database, the same root and cosigners. */
export class Neighbour implements AsyncDisposable {
  readonly abroad: Abroad
  readonly #port: number
  #world!: World
  #country!: FoundedCountry
  #database: Database | null = null
  #running: Registry | null = null
  #served: Served | null = null
  #phones = 0

  private constructor(port: number) {
    this.#port = port
    const { signer: log } = generateNoteSigner(ORIGIN, 1)
    this.abroad = { country: COUNTRY, log, url: `http://127.0.0.1:${port}` }
  }

  /** Its address and log key, which a world's root document names. */
  static async plan(): Promise<Neighbour> {
    const [port] = await freePorts(1)
    return new Neighbour(port!)
  }

  get peer() {
    return { origin: ORIGIN, url: this.abroad.url }
  }

  /** Opens it in a world that was booted with its plan; the world's registry knows it from then on. */
  async start(world: World): Promise<void> {
    this.#world = world
    this.#country = world.neighbour!
    const folder = await freshFolder(join(world.folder, 'abroad'))
    this.#database = await openDatabase({ folder })
    const { surroundings, logger } = world
    const { certificates, intake, registry } = this.#country
    this.#running = await openRegistry({
      database: this.#database,
      logFolder: join(world.folder, 'abroad-log'),
      trust: world.trust,
      keys: {
        log: this.abroad.log,
        intakes: [intake.signer],
        registry: registry[0].signer,
        lists: generateNoteSigner(snapshotKeyName(ORIGIN), 1).signer,
        secret: machine.random(32),
      },
      url: this.abroad.url,
      country: COUNTRY,
      statusSignerUrl: null,
      founding: [world.founding.root, ...certificates],
      poolMs: 25,
      surroundings,
      logger,
    })
    await this.serve()
    await this.running.context.sequencer.whenRunning()
    world.peers = [this.peer]
    await world.stopRegistry()
    await world.startRegistry()
    await world.running.context.sequencer.whenRunning()
  }

  get running(): Registry {
    return this.#running!
  }

  async serve(): Promise<void> {
    this.#served = await serve(this.running.app, this.#port)
  }

  /** Out of everybody's reach, and alive. */
  async cut(): Promise<void> {
    await this.#served?.close()
    this.#served = null
  }

  /** A phone made and enrolled there. */
  async enrolOne(): Promise<PhoneAbroad> {
    const { surroundings, logger, folder, founding } = this.#world
    const [made] = await produce({
      folder: join(folder, 'phones-abroad', String(++this.#phones)),
      count: 1,
      first: 9_000 + this.#phones,
      tac: TAC,
      maker: this.#country.maker.signer,
      root: founding.root,
      surroundings,
    })
    const { dir, imei, statement, record, index, path } = made!
    const phone = new Phone({
      dir,
      registryUrl: this.abroad.url,
      country: COUNTRY,
      surroundings,
      monotonic: () => performance.now(),
      logger,
    })
    await phone.powerOn()
    const ownerKey = generateEs256().signer
    await phone.enrol({ statement, record, index, path, model: 'Example Abroad', ownerKey })
    return { phone, dir, imei, record, device: parseMadeDevice(record).dak }
  }

  desk(officer: 0 | 1): OfficerDesk {
    const { signer } = this.#country.officers[officer]!
    return new OfficerDesk(this.abroad.url, signer, this.#world.surroundings.clock)
  }

  /** Its own two officers and force. @returns the case */
  async lock(imei: Imei14): Promise<string> {
    const [first, second] = [this.desk(0), this.desk(1)]
    const { id } = await first.openCase({ crimeReference: 'XB/1', why: 'theft', imei })
    await first.propose(id)
    const draft = await second.waiting(id, 'lock')
    const index = await second.approve(draft, this.#country.forceOrder.signer)
    const { sequencer } = this.running.context
    await this.#world.until(() => (sequencer.published.guarded?.checkpoint.size ?? 0) > index)
    return id
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut()
    await this.#running?.close()
    await this.#database?.close()
  }
}
