import { Refusal } from '../core/index.ts'
import type { Logger } from '../host/index.ts'
import type { Phone } from './phone.ts'

/** Asks for orders now and then. Nothing waits for it, and nothing depends on it. */
export class SyncLoop {
  readonly #phone: Phone
  readonly #logger: Logger
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | null = null
  /** Asked for while one ran: what is new since may have come after its answer. */
  #isWantedAgain = false

  constructor(phone: Phone, everyMs: number, logger: Logger) {
    this.#phone = phone
    this.#logger = logger
    this.#timer = setInterval(() => void this.trigger(), everyMs)
    this.#timer.unref()
  }

  /** At boot, at attach, when woken, and every period; one at a time. Never rejects. */
  trigger(): Promise<void> {
    if (this.#running) this.#isWantedAgain = true
    this.#running ??= this.#syncUntilQuiet().finally(() => (this.#running = null))
    return this.#running
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #syncUntilQuiet(): Promise<void> {
    do {
      this.#isWantedAgain = false
      // Acknowledged at once, by asking again: whoever waits for it reads what the phone itself has said.
      if ((await this.#sync()) > 0) await this.#sync()
    } while (this.#isWantedAgain)
  }

  /** @returns how many orders and changes of owner it obeyed */
  async #sync(): Promise<number> {
    if (this.#phone.screen() === null) return 0
    try {
      const { obeyed } = await this.#phone.sync()
      await this.#phone.parts.fetchListIfDue()
      return obeyed
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'fatal'
      this.#logger.debug({ code }, 'no sync')
      return 0
    }
  }
}
