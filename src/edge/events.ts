import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CloneSignal } from '../core/index.ts'
import type { Logger } from '../host/index.ts'
import type { ReRegistration } from './clones/re-registrations.ts'
import type { WrongTac } from './tacs/tac-watch.ts'

/** What the operator's own systems act on. */
export type EdgeEvent =
  | ({ readonly event: 'force-re-registration' } & ReRegistration)
  | ({ readonly event: 'clone-signal' } & CloneSignal)
  | ({ readonly event: 'wrong-tac' } & WrongTac)

/** An event with its place in the row: larger than any before. */
export type Numbered = EdgeEvent & { readonly number: number; readonly at: number }

const FILE = 'events.ndjson'
const MAX_REMEMBERED = 1_000
const PRIVATE = 0o600

export interface EventsOptions {
  readonly dataDir: string
  /** Unix ms. */
  readonly clock: () => number
  readonly logger: Logger
}

/**
 * Events for the operator alone, in a file of its own and over the admin interface: they name phones,
 * and sometimes subscribers, so no log line holds them. The file is opened for each write, so that it may
 * be moved away at any time.
 */
export class Events {
  readonly #options: EventsOptions
  /** Begins at the clock, so that numbers go on growing after a restart: less than one a millisecond is told. */
  readonly #begin: number
  #last: Numbered[] = []
  #count = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(options: EventsOptions) {
    this.#options = options
    this.#begin = options.clock()
  }

  /** Since the start. */
  get count(): number {
    return this.#count
  }

  add(event: EdgeEvent): void {
    const { clock, dataDir, logger } = this.#options
    const number = this.#begin + ++this.#count
    const numbered = { number, at: Math.floor(clock() / 1000), ...event }
    this.#last = [...this.#last, numbered].slice(-MAX_REMEMBERED)
    const line = `${JSON.stringify(numbered)}\n`
    this.#writing = this.#writing
      .then(() => appendFile(join(dataDir, FILE), line, { mode: PRIVATE }))
      .catch((error: unknown) => logger.error({ err: error }, 'event not written down'))
  }

  /** The newest after that number, at most 1,000. */
  after(number: number): readonly Numbered[] {
    return this.#last.filter((event) => event.number > number)
  }

  async close(): Promise<void> {
    await this.#writing
  }
}
