import type { Logger } from '../host/index.ts'

/** What an operator has to look at. Each stands once, from when it began until it is over. */
export type Alarm =
  | 'split-view'
  | 'not-consistent'
  | 'future-cursor'
  | 'feed-away'
  | 'journal-damaged'
  | 'journal-broken'
  /** Orders on this disk cannot be written, or not be read: then nothing more is learnt before a restart. */
  | 'orders-broken'
  | 'sightings-refused'
  | 'sightings-broken'
  | 'local-list-refused'
  | 'nrf-away'
  | 'tac-list-refused'
  /** Another index than the orders it was made from: made anew. */
  | 'index-damaged'
  /** Lists were answered from that the log did not bear out. */
  | 'snapshot-unproven'
  /** Our lists are not those the registry signed. */
  | 'lists-differ'

export class Alarms {
  readonly #logger: Logger
  readonly #raised = new Set<Alarm>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  get raised(): readonly Alarm[] {
    return [...this.#raised].toSorted()
  }

  raise(alarm: Alarm): void {
    if (this.#raised.has(alarm)) return
    this.#raised.add(alarm)
    this.#logger.error({ alarm }, 'alarm')
  }

  clear(alarm: Alarm): void {
    if (this.#raised.delete(alarm)) this.#logger.info({ alarm }, 'alarm over')
  }
}
