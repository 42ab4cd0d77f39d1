/** What happens at S13 besides checks, which are counted by peer and must balance. */
const BASE_EVENTS = [
  'opened',
  /** Capabilities exchanges without success: a stranger, no common application, not ready. */
  'refused',
  'watchdogs_received',
  'watchdogs_sent',
  'disconnects_received',
  'disconnects_sent',
  /** Answers to nothing we asked. */
  'stray_answers',
  /** Requests of another application or command. */
  'other_requests',
  /** Connections we ended without a farewell. */
  'cut',
  /** Connections that had not named a peer and made room for another. */
  'displaced',
] as const
export type BaseEvent = (typeof BASE_EVENTS)[number]

export class BaseCounts {
  readonly #counts = new Map<BaseEvent, number>(BASE_EVENTS.map((event) => [event, 0]))

  count(event: BaseEvent): void {
    this.#counts.set(event, this.of(event) + 1)
  }

  of(event: BaseEvent): number {
    return this.#counts.get(event)!
  }

  all(): ReadonlyMap<BaseEvent, number> {
    return this.#counts
  }
}
