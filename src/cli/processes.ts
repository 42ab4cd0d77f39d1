import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Refusal } from '../core/index.ts'
import type { Config, Secrets } from './config.ts'

const READY_WITHIN_MS = 120_000
const STOP_WITHIN_MS = 10_000
const MAIN = fileURLToPath(
  new URL('./main.js', import.meta.url).href.replace('/src/cli/', '/dist/cli/'),
)

/** A party to start: the command that runs it, and what its shell would hold. */
export interface Start {
  /** What it is called here; one of each runs at a time. */
  readonly name: string
  readonly command:
    'witness' | 'guardian' | 'serve' | 'status-signer' | 'force-desk' | 'edge' | 'device'
  readonly args?: readonly string[]
  readonly config: Config
  readonly secrets?: Secrets | null
}

/** The processes of a demonstration: every organisation its own, as in the field. */
export class Processes {
  readonly #running = new Map<string, ChildProcess>()
  /** How each party ended last: its exit code or the signal. */
  readonly #ended = new Map<string, string>()
  #stopping = false
  /** Called when a party ends that nobody asked to end. */
  onLost: (name: string) => void = () => undefined

  pid(name: string): number {
    return this.#running.get(name)?.pid ?? 0
  }

  start({ name, command, args = [], config, secrets = null }: Start): void {
    // A party is told no secret but its own.
    const inherited = Object.entries(process.env).filter(
      ([key]) => key !== 'DATABASE_URL' && !key.startsWith('STOLEN_MODE_'),
    )
    // The channel is a leash: a party whose supervisor is gone stops by itself.
    const child = spawn(process.execPath, [MAIN, command, ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...Object.fromEntries(inherited),
        ...settingsOf(config),
        ...(secrets && secretsOf(secrets)),
      },
    })
    this.#running.set(name, child)
    child.on('exit', (code, signal) => {
      if (this.#running.get(name) !== child) return
      this.#ended.set(name, signal ?? `exit code ${code}`)
      this.#running.delete(name)
      if (!this.#stopping) this.onLost(name)
    })
  }

  /** Waits until a party answers at `url`. @throws {Refusal} unavailable: it ended; timeout */
  async healthy(name: string, url: string): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS
    while (Date.now() < deadline) {
      if (!this.#running.has(name))
        throw new Refusal(
          'unavailable',
          `${name} stopped while starting (${this.#ended.get(name) ?? 'not started'})`,
        )
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) })
        const body = (await answer.json()) as { readonly status?: string }
        if (answer.ok && (body.status === undefined || body.status === 'ok')) return
      } catch {
        // Not yet: a process needs its moment.
      }
      await wait(50)
    }
    throw new Refusal('timeout', `${name} did not become ready within ${READY_WITHIN_MS / 1000} s`)
  }

  /** Ends one party at once, as a power cut would its process. */
  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const process = this.#running.get(name)
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    this.#running.delete(name)
    const ended = once(process, 'exit')
    process.kill(signal)
    await ended
  }

  /** Stops these, one after the other. */
  async close(names: readonly string[]): Promise<void> {
    this.#stopping = true
    for (const name of names) await this.stop(name)
  }

  private async stop(name: string): Promise<void> {
    const process = this.#running.get(name)
    this.#running.delete(name)
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    const ended = once(process, 'exit')
    process.kill('SIGTERM')
    const late = setTimeout(() => process.kill('SIGKILL'), STOP_WITHIN_MS)
    await ended
    clearTimeout(late)
  }
}

function secretsOf({ databaseUrl, smtpUrl }: Secrets): Record<string, string> {
  return {
    ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
    ...(smtpUrl !== null && { STOLEN_MODE_SMTP_URL: smtpUrl }),
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
    STOLEN_MODE_STATUS_SIGNER_PORT: String(config.statusSignerPort),
    STOLEN_MODE_STATUS_SIGNER_URL: config.statusSignerUrl,
    STOLEN_MODE_PHONE_PORT: String(config.phonePort),
    STOLEN_MODE_REGISTRY_URL: config.registries
      .map(({ origin, url }) => (origin === null ? url : `${origin}=${url}`))
      .join(','),
    STOLEN_MODE_POOL_MS: String(config.poolMs),
    STOLEN_MODE_BEHIND_PROXY: config.isBehindProxy ? '1' : '0',
    STOLEN_MODE_COUNTRY: config.country,
    STOLEN_MODE_NETWORK: config.network,
    STOLEN_MODE_UNKNOWN: config.unknown,
    STOLEN_MODE_PHONE_SYNC_SECONDS: String(config.phoneSyncSeconds),
    ...(config.theme && {
      STOLEN_MODE_PAGES_NAME: config.theme.name,
      STOLEN_MODE_PAGES_COLOUR: config.theme.colour,
    }),
    STOLEN_MODE_MAIL_FROM: config.mailFrom,
    ...(config.grantDeskUrl !== null && { STOLEN_MODE_GRANT_DESK_URL: config.grantDeskUrl }),
    ...(config.conformance !== null && { STOLEN_MODE_CONFORMANCE: config.conformance }),
    ...(config.identityProviders !== null && {
      STOLEN_MODE_IDENTITY_PROVIDERS: config.identityProviders,
    }),
    ...(config.waits !== null && { STOLEN_MODE_WAITS: config.waits }),
    STOLEN_MODE_LOG_LEVEL: config.logLevel,
  }
}
