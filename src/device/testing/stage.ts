import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Refusal,
  parseImei14,
  thumbprint,
  toHex,
  type DeviceIds,
  type PartType,
  type Signer,
} from '../../core/index.ts'
import { generateEs256, machine, makeLogger } from '../../host/index.ts'
import { fileStores } from '../file-store.ts'
import { manufacture } from '../manufacture.ts'
import { Phone } from '../phone.ts'
import type { Stores } from '../secure-store.ts'
import { DemoLog, TAC } from './demo-log.ts'
import { DemoRegistry } from './demo-registry.ts'

export const IMEIS = [`${TAC}000001`, `${TAC}000002`]
const SERIAL = 'SM-TEST-0001'
const HOUR_MS = 3_600_000

const silent = makeLogger('phone', 'silent')

/** One phone, set up and switched on, with its log and its registry. */
export class Stage {
  readonly home: string
  readonly dir: string
  readonly log: DemoLog
  readonly registry: DemoRegistry
  readonly url: string
  readonly ids: DeviceIds
  readonly phone: Phone
  readonly #stores: Stores
  /** Monotonic run time, ms. */
  ran = 0

  private constructor(parts: {
    home: string
    log: DemoLog
    registry: DemoRegistry
    url: string
    ids: DeviceIds
    stores: Stores
  }) {
    this.home = parts.home
    this.dir = join(parts.home, 'phone')
    this.log = parts.log
    this.registry = parts.registry
    this.url = parts.url
    this.ids = parts.ids
    this.#stores = parts.stores
    this.phone = new Phone(this.options())
  }

  options() {
    const { dir, url: registryUrl } = this
    return {
      dir,
      registryUrl,
      country: 'ZZ',
      surroundings: machine,
      monotonic: () => this.ran,
      logger: silent,
      timeoutMs: 2000,
      stores: this.#stores,
    }
  }

  static async boot({
    stores = fileStores(machine.random),
    parts = [],
  }: { readonly stores?: Stores; readonly parts?: readonly PartType[] } = {}): Promise<Stage> {
    const home = await mkdtemp(join(tmpdir(), 'stolen-mode-phone-'))
    const log = new DemoLog(generateEs256().signer)
    const registry = new DemoRegistry(log)
    const url = await registry.start()
    const { device } = await manufacture({
      dir: join(home, 'phone'),
      imeis: IMEIS,
      serial: SERIAL,
      root: log.founding.root,
      parts,
      surroundings: machine,
      stores,
    })
    const ids = { dak: device, imeis: IMEIS.map(parseImei14), serial: SERIAL }
    const stage = new Stage({ home, log, registry, url, ids, stores })
    await stage.phone.powerOn()
    await stage.enrol()
    await stage.phone.activate()
    return stage
  }

  /** A device that is not this one. */
  get stranger(): DeviceIds {
    return { ...this.ids, dak: thumbprint(generateEs256().signer.key) }
  }

  /** What the maker gives along is for the registry to judge, so here it is any bytes. */
  enrol(ownerKey: Signer = this.log.owner) {
    const bytes = new Uint8Array([1, 2, 3])
    const maker = { statement: bytes, record: bytes, index: 0, path: [bytes] }
    return this.phone.enrol({ ...maker, model: 'Model X', ownerKey })
  }

  async reboot(): Promise<void> {
    await this.phone.powerOff()
    await this.phone.powerOn()
  }

  run(hours: number): void {
    this.ran += Math.round(hours * HOUR_MS)
  }

  async hold(ctr = 1, lasts?: number) {
    const issued = await this.log.issue('hold', this.ids, { ctr, ...(lasts && { lasts }) })
    await this.phone.receive(issued.bundle)
    return issued
  }

  async lock(ctr = 1) {
    const issued = await this.log.issue('lock', this.ids, { ctr })
    await this.phone.receive(issued.bundle)
    return issued
  }

  /** Every file of the phone, by path, as hex. */
  async disk(): Promise<Record<string, string>> {
    const entries = await readdir(this.dir, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const pairs = files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(this.dir.length), toHex(new Uint8Array(await readFile(path)))] as const
    })
    return Object.fromEntries(await Promise.all(pairs))
  }

  async close(): Promise<void> {
    await this.phone.powerOff()
    await this.registry.stop()
    await rm(this.home, { recursive: true, force: true })
  }
}

/** The code of the refusal, `none` when there was none; anything else that is thrown goes on. */
export async function refusalOf(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'none'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}
