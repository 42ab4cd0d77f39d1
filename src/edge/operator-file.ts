import { Refusal } from '../core/index.ts'
import type { Logger } from '../host/index.ts'
import type { Alarm, Alarms } from './alarms.ts'

export interface OperatorFileOptions {
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>
  readonly logger: Logger
}

/**
 * A file of the operator's that comes into force while the register answers. What does not pass, or
 * cannot be kept, leaves the one in force as it is: raises an alarm and says why in the log. One reading
 * waits for the other, or a long one would undo what was said after it.
 */
export class OperatorFile {
  readonly #options: OperatorFileOptions
  readonly #alarm: Alarm
  #turn: Promise<void> = Promise.resolve()

  /** @param alarm raised by a file that does not pass */
  constructor(options: OperatorFileOptions, alarm: Alarm) {
    this.#options = options
    this.#alarm = alarm
  }

  /** @param load puts another in force, and throws before it does where that cannot be */
  take(load: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(() => this.attempt(load))
    return this.#turn
  }

  private async attempt(load: () => Promise<void>): Promise<void> {
    const { alarms, logger } = this.#options
    try {
      await load()
      alarms.clear(this.#alarm)
    } catch (error) {
      const why =
        error instanceof Refusal ? { code: error.code, detail: error.message } : { err: error }
      logger.error(why, 'not taken: the one before stays')
      alarms.raise(this.#alarm)
    }
  }
}
