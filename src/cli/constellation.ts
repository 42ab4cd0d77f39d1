import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Refusal } from '../core/index.ts'
import type { Config, Secrets } from './config.ts'
import { makePhones, readPhones, type DemoPhone } from './demo-phones.ts'
import { foundDemonstration } from './demo-trust.ts'
import { Files } from './files.ts'

/** The organisations of a demonstration, each a process of its own, as in the field. */
export type PartyName = 'witness' | 'guardian' | 'serve' | 'edge' | 'device'

const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 10_000
const MAIN = fileURLToPath(
  new URL('./main.js', import.meta.url).href.replace('/src/cli/', '/dist/cli/'),
)

/** Real processes, real sockets: started in order, stopped together. */
export class Constellation {
  readonly files: Files
  readonly #config: Config
  readonly #secrets: Secrets
  readonly #processes = new Map<PartyName, ChildProcess>()
  #phones: readonly DemoPhone[] = []
  #stopping = false
  /** Called when a party ends that nobody asked to end. */
  onLost: (name: PartyName) => void = () => undefined

  /** Without secrets a demonstration keeps to its own folder, whatever database the shell names. */
  constructor(config: Config, secrets: Secrets = { databaseUrl: null }) {
    this.#config = config
    this.#secrets = secrets
    this.files = new Files(config.data)
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
    return this.#processes.get(name)?.pid ?? 0
  }

  /** Founds the demonstration where there is none, then starts everybody. `switchedOn` phones run. */
  async start(options: { readonly phones: number; readonly switchedOn: number }): Promise<void> {
    const { registryUrl, witnessPort, guardianPort } = this.#config
    if (!this.files.hasTrust)
      await foundDemonstration(this.files, {
        registryUrl,
        witnessUrl: `http://127.0.0.1:${witnessPort}`,
        guardianUrl: `http://127.0.0.1:${guardianPort}`,
      })
    for (const name of ['witness', 'guardian', 'serve'] as const) this.spawn(name, [])
    await this.healthy(this.registryUrl, 'serve')
    this.spawn('edge', [])
    const known = readPhones(this.files)
    this.#phones =
      known.length > 0 ? known : await makePhones(this.files, registryUrl, options.phones)
    const dirs = this.#phones.slice(0, options.switchedOn).map(({ dir }) => dir)
    if (dirs.length > 0) {
      this.spawn('device', dirs)
      await Promise.all(dirs.map((_, i) => this.healthy(`${this.phoneUrl(i)}/screen`, 'device')))
    }
    await this.healthy(this.edgeAdminUrl, 'edge')
  }

  /** Starts one party (again), and waits until it answers. */
  async restart(name: 'witness' | 'guardian' | 'serve' | 'edge'): Promise<void> {
    this.spawn(name, [])
    const { witnessPort, guardianPort } = this.#config
    const urls = {
      witness: `http://127.0.0.1:${witnessPort}`,
      guardian: `http://127.0.0.1:${guardianPort}`,
      serve: this.registryUrl,
      edge: this.edgeAdminUrl,
    }
    await this.healthy(urls[name], name)
  }

  /** Ends one party at once, as a power cut would its process. */
  async kill(name: PartyName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const process = this.#processes.get(name)
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    this.#processes.delete(name)
    const ended = once(process, 'exit')
    process.kill(signal)
    await ended
  }

  /** Stops everybody, the registry last of those it serves. */
  async close(): Promise<void> {
    this.#stopping = true
    for (const name of ['device', 'edge', 'serve', 'guardian', 'witness'] as const)
      await this.stop(name)
  }

  private async stop(name: PartyName): Promise<void> {
    const process = this.#processes.get(name)
    this.#processes.delete(name)
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    const ended = once(process, 'exit')
    process.kill('SIGTERM')
    const late = setTimeout(() => process.kill('SIGKILL'), STOP_WITHIN_MS)
    await ended
    clearTimeout(late)
  }

  private spawn(name: PartyName, args: readonly string[]): void {
    // The channel is a leash: a party whose supervisor is gone stops by itself.
    const child = spawn(process.execPath, [MAIN, name, ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: this.environmentOf(name),
    })
    this.#processes.set(name, child)
    child.on('exit', () => {
      if (this.#processes.get(name) !== child) return
      this.#processes.delete(name)
      if (!this.#stopping) this.onLost(name)
    })
  }

  /** A party is told no secret but its own. */
  private environmentOf(name: PartyName): NodeJS.ProcessEnv {
    const { DATABASE_URL: _, ...inherited } = process.env
    const { databaseUrl } = this.#secrets
    return {
      ...inherited,
      ...settingsOf(this.#config),
      ...(name === 'serve' && databaseUrl !== null && { DATABASE_URL: databaseUrl }),
    }
  }

  private async healthy(url: string, name: PartyName): Promise<void> {
    const address = url.endsWith('/screen') ? url : `${url}/healthz`
    const deadline = Date.now() + READY_WITHIN_MS
    while (Date.now() < deadline) {
      if (!this.#processes.has(name))
        throw new Refusal('unavailable', `${name} stopped while starting`)
      try {
        const answer = await fetch(address, { signal: AbortSignal.timeout(1_000) })
        const body = (await answer.json()) as { readonly status?: string }
        if (answer.ok && (body.status === undefined || body.status === 'ok')) return
      } catch {
        // Not yet: a process needs its moment.
      }
      await wait(50)
    }
    throw new Refusal('timeout', `${name} did not become ready within ${READY_WITHIN_MS / 1000} s`)
  }
}

/** The configuration as a child reads it. */
function settingsOf(config: Config): Record<string, string> {
  return {
    STOLEN_MODE_DATA: config.data,
    STOLEN_MODE_REGISTRY_PORT: String(config.registryPort),
    STOLEN_MODE_EDGE_PORT: String(config.edgePort),
    STOLEN_MODE_EDGE_ADMIN_PORT: String(config.edgeAdminPort),
    STOLEN_MODE_WITNESS_PORT: String(config.witnessPort),
    STOLEN_MODE_GUARDIAN_PORT: String(config.guardianPort),
    STOLEN_MODE_PHONE_PORT: String(config.phonePort),
    STOLEN_MODE_REGISTRY_URL: config.registries
      .map(({ origin, url }) => (origin === null ? url : `${origin}=${url}`))
      .join(','),
    STOLEN_MODE_POOL_MS: String(config.poolMs),
    STOLEN_MODE_COUNTRY: config.country,
    STOLEN_MODE_NETWORK: config.network,
    STOLEN_MODE_UNKNOWN: config.unknown,
    STOLEN_MODE_PHONE_SYNC_SECONDS: String(config.phoneSyncSeconds),
    STOLEN_MODE_LOG_LEVEL: config.logLevel,
  }
}
