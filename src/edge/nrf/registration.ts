import { setTimeout as delay } from 'node:timers/promises'
import { Refusal, demand } from '../../core/index.ts'
import type { Logger, RandomBytes } from '../../host/index.ts'
import type { Alarms } from '../alarms.ts'
import { NrfClient, type NrfClientOptions } from './nrf-client.ts'
import type { NfStatus } from './profile.ts'

export interface NrfOptions extends NrfClientOptions {
  /** Whether the register can answer: false before the first verified snapshot. */
  readonly isReady: () => boolean
  readonly alarms: Alarms
  readonly random: RandomBytes
  readonly logger: Logger
}

/** `away`: registered or about to be, and the NRF does not take it. */
export type NrfState = 'waiting' | 'registered' | 'suspended' | 'away'

export interface NrfRegistration {
  readonly state: NrfState
  /** Takes the registration back. */
  close(): Promise<void>
}

/** One lost answer is nothing for a person; after so many in a row networks may no longer find us. */
const ALARM_AFTER = 3
const RETRY_MS = { least: 1_000, most: 30_000 } as const
/** How soon a change of readiness is noticed. */
const LOOK_MS = 200
/** A heartbeat goes out early by up to a tenth, so that a thousand registers do not beat as one. */
const EARLY = 0.1
const MAX_TIMER_SECONDS = 86_400
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/**
 * Nnrf_NFManagement (TS 29.510): keeps the register known to the operator's NRF. Losing the NRF never
 * stops an answer: who knows the register goes on asking it.
 * @throws {Refusal} config
 */
export function startNrf(options: NrfOptions): NrfRegistration {
  const { protocol } = URL.canParse(options.url) ? new URL(options.url) : { protocol: '' }
  demand(['http:', 'https:'].includes(protocol), 'config', "the nrf's address is no http url")
  demand(UUID_V4.test(options.profile.instanceId), 'config', 'an nf instance id is a uuid v4')
  const registration = new Registration(options)
  registration.start()
  return registration
}

class Registration implements NrfRegistration {
  readonly #options: NrfOptions
  readonly #client: NrfClient
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  /** What the NRF holds of us, as far as we know. */
  #told: NfStatus | null = null
  /** It may hold something, though no answer came. */
  #hasAsked = false
  #failures = 0
  #heartBeatSeconds: number

  constructor(options: NrfOptions) {
    this.#options = options
    this.#client = new NrfClient(options)
    this.#heartBeatSeconds = options.profile.heartBeatSeconds
  }

  get state(): NrfState {
    if (this.#failures > 0) return 'away'
    if (this.#told === null) return 'waiting'
    return this.#told === 'REGISTERED' ? 'registered' : 'suspended'
  }

  start(): void {
    this.#running = this.run()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
    if (!this.#hasAsked) return
    // Where this fails, the missing heartbeats say the same a little later.
    const { status } = await this.#client.deregister().catch(() => ({ status: 0 }))
    this.#options.logger.info({ status }, 'nrf told that we stop')
  }

  private async run(): Promise<void> {
    const { isReady } = this.#options
    while (!this.#stop.signal.aborted && !isReady()) await this.pause(LOOK_MS)
    while (!this.#stop.signal.aborted) {
      const status = isReady() ? 'REGISTERED' : 'SUSPENDED'
      try {
        await this.tell(status)
        if (this.#failures > 0) this.#options.logger.info('nrf is back')
        this.#failures = 0
        this.#options.alarms.clear('nrf-away')
        await this.rest(this.heartBeatMs(), () => isReady() !== (status === 'REGISTERED'))
      } catch (error) {
        this.fail(error)
        await this.rest(this.retryMs(), () => false)
      }
    }
  }

  /** A heartbeat, or a registration where the NRF does not know us. */
  private async tell(status: NfStatus): Promise<void> {
    if (this.#told !== null) {
      const { status: code, body } = await this.#client.beat(status)
      if (isSuccess(code)) return this.took(status, body)
      if (code !== 404) this.refuse(code)
      this.#told = null
    }
    this.#hasAsked = true
    const { status: code, body } = await this.#client.register(status)
    if (!isSuccess(code)) this.refuse(code)
    this.took(status, body)
    this.#options.logger.info({ status, heartBeatSeconds: this.#heartBeatSeconds }, 'nrf knows us')
  }

  private took(status: NfStatus, body: unknown): void {
    this.#told = status
    const timer = (body as { readonly heartBeatTimer?: unknown } | null)?.heartBeatTimer
    const isTimer = typeof timer === 'number' && Number.isInteger(timer)
    if (isTimer && timer >= 1 && timer <= MAX_TIMER_SECONDS) this.#heartBeatSeconds = timer
  }

  /** What it refuses to change it shall be told from the beginning. */
  private refuse(status: number): never {
    if (status >= 400 && status < 500) this.#told = null
    throw new Refusal('unavailable', `the nrf answered ${status}`)
  }

  private fail(error: unknown): void {
    this.#failures++
    const { logger, alarms } = this.#options
    if (this.#failures >= ALARM_AFTER) alarms.raise('nrf-away')
    if (!(error instanceof Refusal)) logger.error({ err: error }, 'nrf not asked')
    else if (this.#failures === 1) logger.warn({ code: error.code }, `nrf away: ${error.message}`)
  }

  private heartBeatMs(): number {
    return this.#heartBeatSeconds * 1000 * (1 - EARLY * this.dice())
  }

  /** Spread out, so that a restarted NRF does not meet all registers in the same second. */
  private retryMs(): number {
    const most = Math.min(RETRY_MS.most, RETRY_MS.least * 2 ** this.#failures)
    return RETRY_MS.least / 2 + this.dice() * (most - RETRY_MS.least / 2)
  }

  private dice(): number {
    return Buffer.from(this.#options.random(4)).readUInt32BE() / 2 ** 32
  }

  private async rest(ms: number, isOver: () => boolean): Promise<void> {
    const end = performance.now() + ms
    while (!this.#stop.signal.aborted && !isOver() && performance.now() < end)
      await this.pause(Math.min(LOOK_MS, end - performance.now()))
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
