import { Refusal } from '../core/index.ts'
import type { Logger } from '../host/index.ts'
import type { Phone } from './phone.ts'

/** Asks for orders now and then. Nothing waits for it, and nothing depends on it. */
export class SyncLoop {
  readonly #phone: Phone
  readonly #logger: Logger
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | null = null

  constructor(phone: Phone, everyMs: number, logger: Logger) {
    this.#phone = phone
    this.#logger = logger
    this.#timer = setInterval(() => void this.trigger(), everyMs)
    this.#timer.unref()
  }

  /** At boot, at attach, and every period; one at a time. Never rejects. */
  trigger(): Promise<void> {
    this.#running ??= this.#sync().finally(() => (this.#running = null))
    return this.#running
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #sync(): Promise<void> {
    if (this.#phone.screen() === null) return
    try {
      await this.#phone.sync()
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'fatal'
      this.#logger.debug({ code }, 'no sync')
    }
  }
}
