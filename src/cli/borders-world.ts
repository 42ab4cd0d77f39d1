import { join } from 'node:path'
import { machine, generateNoteSigner, mkdirDurably, writeFileDurably } from '../host/index.ts'
import { eventually, foundWorld } from '../sim/index.ts'
import { readConfig, type Config } from './config.ts'
import { makePhones, type DemoPhone } from './demo-phones.ts'
import {
  DEMO_TAC,
  WITNESS_NAME,
  writeCosignerKeys,
  writeCountry,
  writeRootKeys,
} from './demo-trust.ts'
import { Files } from './files.ts'
import { Processes } from './processes.ts'
import { freePorts } from './free-ports.ts'

/** User-assigned codes of ISO 3166: no countries. */
const CODES = ['XA', 'XB', 'XC'] as const
export type Code = (typeof CODES)[number]

/** Orders a force may sign in an hour at home; abroad a tenth of it. */
export const BORDERS_CAP_PER_HOUR = 20

/** One country: its registry, guardian and network, and the folder they share. */
export interface BordersCountry {
  readonly code: Code
  readonly origin: string
  readonly config: Config
  readonly files: Files
}

/** Three countries under one root, each with its own registry and log; witness and guardians see all. */
export class BordersWorld {
  readonly countries: readonly BordersCountry[]
  readonly #house: Config
  readonly #processes = new Processes()
  #phones: readonly DemoPhone[] = []

  private constructor(countries: readonly BordersCountry[], house: Config) {
    this.countries = countries
    this.#house = house
  }

  /** Addresses and folders within `data`; nothing is written yet. */
  static async plan(data: string, logLevel: string): Promise<BordersWorld> {
    const ports = await freePorts(CODES.length * 5 + 2)
    const next = () => String(ports.pop())
    const plans = CODES.map((code, i) => ({
      code,
      origin: `log.${code.toLowerCase()}.example/stolen-mode`,
      registry: next(),
      network: `0010${i + 1}`,
    }))
    const settings = { STOLEN_MODE_LOG_LEVEL: logLevel, STOLEN_MODE_PHONE_SYNC_SECONDS: '1' }
    const witness = { ...settings, STOLEN_MODE_WITNESS_PORT: next() }
    const phonePort = next()
    const countries = plans.map((own): BordersCountry => {
      const { code, origin, network } = own
      const registries = [own, ...plans.filter((other) => other !== own)]
      const { config } = readConfig({
        ...witness,
        STOLEN_MODE_DATA: join(data, code.toLowerCase()),
        STOLEN_MODE_REGISTRY_PORT: own.registry,
        STOLEN_MODE_REGISTRY_URL: registries
          .map((one) => `${one.origin}=http://127.0.0.1:${one.registry}`)
          .join(','),
        STOLEN_MODE_EDGE_PORT: next(),
        STOLEN_MODE_EDGE_ADMIN_PORT: next(),
        STOLEN_MODE_GUARDIAN_PORT: next(),
        STOLEN_MODE_STATUS_SIGNER_PORT: next(),
        STOLEN_MODE_PHONE_PORT: phonePort,
        STOLEN_MODE_COUNTRY: code,
        STOLEN_MODE_NETWORK: network,
      })
      return { code, origin, config, files: new Files(config.data) }
    })
    const house = readConfig({ ...witness, STOLEN_MODE_DATA: join(data, 'witness') })
    return new BordersWorld(countries, house.config)
  }

  country(code: Code): BordersCountry {
    return this.countries.find((country) => country.code === code)!
  }

  get phones(): readonly DemoPhone[] {
    return this.#phones
  }

  /** Hands on the one phone that is switched on. */
  get phoneUrl(): string {
    return `http://127.0.0.1:${this.country('XA').config.phonePort}`
  }

  /** Founds the three countries, starts everybody, and enrols phones in XA; the first is carried to XC. */
  async start(phones: number): Promise<void> {
    await this.found()
    this.#processes.start({ name: 'witness', command: 'witness', config: this.#house })
    this.startEach('guardian')
    this.startEach('serve')
    for (const { code, config } of this.countries)
      await this.#processes.healthy(`serve ${code}`, `${config.registryUrl}/healthz`)
    this.startEach('status-signer')
    this.startEach('edge')
    for (const { code, config } of this.countries)
      await this.#processes.healthy(`status-signer ${code}`, `${config.statusSignerUrl}/healthz`)
    const { config, files } = this.country('XA')
    const { registryUrl, country } = config
    this.#phones = await makePhones(files, { registryUrl, country, count: phones })
    this.#processes.start({
      name: 'device',
      command: 'device',
      args: this.#phones.slice(0, 1).map(({ dir }) => dir),
      config: { ...config, country: 'XC' },
    })
    await this.#processes.healthy('device', `${this.phoneUrl}/screen`)
    for (const country of this.countries) await this.followsAll(country)
  }

  /** Ends a country's registry at once, as a power cut would. */
  async loseRegistry(code: Code): Promise<void> {
    await this.#processes.kill(`serve ${code}`)
  }

  async close(): Promise<void> {
    const each = (command: string) => this.countries.map(({ code }) => `${command} ${code}`)
    await this.#processes.close([
      'device',
      ...each('edge'),
      ...each('status-signer'),
      ...each('serve'),
      ...each('guardian'),
      'witness',
    ])
  }

  private startEach(command: 'guardian' | 'serve' | 'status-signer' | 'edge'): void {
    for (const { code, config } of this.countries)
      this.#processes.start({ name: `${command} ${code}`, command, config })
  }

  /** The founding ceremony of all three at once: they recognise each other from the first entry on. */
  private async found(): Promise<void> {
    const witness = generateNoteSigner(WITNESS_NAME, 4)
    const seats = this.countries.map(({ code, origin, config, files }) => {
      const log = generateNoteSigner(origin, 1)
      const guardian = generateNoteSigner(`guardian.${code.toLowerCase()}.example`, 4)
      return { code, config, files, log, guardian }
    })
    const { root, rootKeys, countries } = foundWorld({
      now: Math.floor(machine.clock() / 1000),
      countries: seats.map(({ code, config, log }) => ({
        country: code,
        log: { key: log.signer.key, url: `${config.registryUrl}/log` },
        capPerHour: BORDERS_CAP_PER_HOUR,
        officers: 2,
        operators: 1,
        tacs: [DEMO_TAC],
      })),
      witnesses: [
        {
          name: 'witness',
          key: witness.signer.key,
          url: `http://127.0.0.1:${this.#house.witnessPort}`,
        },
      ],
      guardians: seats.map(({ code, config, guardian }) => ({
        name: `guardian-${code.toLowerCase()}`,
        key: guardian.signer.key,
        url: `http://127.0.0.1:${config.guardianPort}`,
      })),
    })
    const house = new Files(this.#house.data)
    await writeCosignerKeys(house, { witness: witness.pem })
    await writeRootKeys(house, rootKeys)
    await mkdirDurably(house.folder('trust'))
    await writeFileDurably(house.root, root, 0o644)
    for (const [i, { files, log, guardian }] of seats.entries()) {
      await writeCosignerKeys(files, { guardian: guardian.pem })
      await writeCountry(files, { keys: countries[i]!, logPem: log.pem, root })
    }
  }

  /** Waits until a country's edge has verified every log, not only its own. */
  private async followsAll({ code, config }: BordersCountry): Promise<void> {
    const url = `http://127.0.0.1:${config.edgeAdminPort}/healthz`
    await this.#processes.healthy(`edge ${code}`, url)
    await eventually(`the edge of ${code} did not read every log`, async () => {
      const { logs } = (await (await fetch(url)).json()) as {
        readonly logs: readonly { readonly status: string }[]
      }
      return logs.every(({ status }) => status === 'ok') ? true : null
    })
  }
}
