import type { Config, Secrets } from './config.ts'
import { makePhones, readPhones, type DemoPhone } from './demo-phones.ts'
import { foundDemonstration } from './demo-trust.ts'
import { Files } from './files.ts'
import { Processes } from './processes.ts'

/** The organisations of a demonstration, each a process of its own, as in the field. */
export type PartyName =
  'witness' | 'guardian' | 'serve' | 'status-signer' | 'force-desk' | 'edge' | 'device'

/** Real processes, real sockets: started in order, stopped together. */
export class Constellation {
  readonly files: Files
  readonly #config: Config
  readonly #secrets: Secrets
  readonly #processes = new Processes()
  #phones: readonly DemoPhone[] = []

  /** Without secrets a demonstration keeps to its own folder, whatever database the shell names. */
  constructor(config: Config, secrets: Secrets = { databaseUrl: null, smtpUrl: null }) {
    this.#config = config
    this.#secrets = secrets
    this.files = new Files(config.data)
  }

  /** Called when a party ends that nobody asked to end. */
  set onLost(tell: (name: string) => void) {
    this.#processes.onLost = tell
  }

  get registryUrl(): string {
    return this.#config.registryUrl
  }

  get edgeUrl(): string {
    return `http://127.0.0.1:${this.#config.edgePort}`
  }

  get edgeAdminUrl(): string {
    return `http://127.0.0.1:${this.#config.edgeAdminPort}`
  }

  get phones(): readonly DemoPhone[] {
    return this.#phones
  }

  /** Hands on phone number `i`. */
  phoneUrl(i: number): string {
    return `http://127.0.0.1:${this.#config.phonePort + i}`
  }

  pid(name: PartyName): number {
    return this.#processes.pid(name)
  }

  /** Founds the demonstration where there is none, then starts everybody. `switchedOn` phones run. */
  async start(options: {
    readonly phones: number
    readonly switchedOn: number
    /** With the page on which anybody plays thief, owner and police. */
    readonly hasLab?: boolean
  }): Promise<void> {
    const { registryUrl, witnessPort, guardianPort, country } = this.#config
    if (!this.files.hasTrust)
      await foundDemonstration(this.files, {
        registryUrl,
        witnessUrl: `http://127.0.0.1:${witnessPort}`,
        guardianUrl: `http://127.0.0.1:${guardianPort}`,
      })
    for (const name of ['witness', 'guardian'] as const) this.spawn(name, [])
    this.spawn('serve', options.hasLab ? ['--lab'] : [])
    await this.healthy(this.registryUrl, 'serve')
    this.spawn('status-signer', [])
    this.spawn('force-desk', [])
    this.spawn('edge', [])
    await this.healthy(this.#config.statusSignerUrl, 'status-signer') // no phone is set up without it
    const known = readPhones(this.files)
    this.#phones =
      known.length > 0
        ? known
        : await makePhones(this.files, { registryUrl, country, count: options.phones })
    const dirs = this.#phones.slice(0, options.switchedOn).map(({ dir }) => dir)
    if (dirs.length > 0) {
      this.spawn('device', dirs)
      await Promise.all(dirs.map((_, i) => this.healthy(`${this.phoneUrl(i)}/screen`, 'device')))
    }
    await this.healthy(this.edgeAdminUrl, 'edge')
  }

  /** Starts one party (again), and waits until it answers. */
  async restart(name: Exclude<PartyName, 'device' | 'force-desk'>): Promise<void> {
    this.spawn(name, [])
    const { witnessPort, guardianPort, statusSignerUrl } = this.#config
    const urls = {
      witness: `http://127.0.0.1:${witnessPort}`,
      guardian: `http://127.0.0.1:${guardianPort}`,
      serve: this.registryUrl,
      'status-signer': statusSignerUrl,
      edge: this.edgeAdminUrl,
    }
    await this.healthy(urls[name], name)
  }

  /** Ends one party at once, as a power cut would its process. */
  kill(name: PartyName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.#processes.kill(name, signal)
  }

  /** Stops everybody, the registry last of those it serves. */
  close(): Promise<void> {
    return this.#processes.close([
      'device',
      'edge',
      'force-desk',
      'status-signer',
      'serve',
      'guardian',
      'witness',
    ])
  }

  private spawn(name: PartyName, args: readonly string[]): void {
    const secrets = name === 'serve' ? this.#secrets : null
    this.#processes.start({ name, command: name, args, config: this.#config, secrets })
  }

  private healthy(url: string, name: PartyName): Promise<void> {
    return this.#processes.healthy(name, url.endsWith('/screen') ? url : `${url}/healthz`)
  }
}
