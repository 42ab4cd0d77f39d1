import type { Imei14 } from '../../core/index.ts'
import type { RecentAttaches } from './recent-attaches.ts'

/**
 * A lock has come for a phone that is likely to be attached: to be acted on by the operator, whose HSS
 * or UDM cancels the location, so that the network asks again. The phone's own gate depends on none
 * of this.
 */
export interface ReRegistration {
  readonly imei14: Imei14
  /** Which peer asked about it last, and when, in Unix seconds. */
  readonly peer: string
  readonly lastSeen: number
  readonly imsi: string | null
}

export class ReRegistrations {
  readonly #attaches: RecentAttaches
  readonly #onEvent: (event: ReRegistration) => void
  readonly #called = new Set<Imei14>()

  constructor(attaches: RecentAttaches, onEvent: (event: ReRegistration) => void) {
    this.#attaches = attaches
    this.#onEvent = onEvent
  }

  /** A number has become black. An attach of each subscriber that wears it is an event of its own. */
  locked(imei14: Imei14): void {
    for (const { peer, at, imsi } of this.#attaches.of(imei14)) {
      this.#called.add(imei14)
      this.#onEvent({ imei14, peer, lastSeen: at, imsi })
    }
  }

  /** Locked phones that have not been refused since, as far as anybody remembers. */
  get stillAttached(): number {
    this.sweep()
    return this.#called.size
  }

  /** Drops what nobody remembers any more. */
  sweep(): void {
    for (const imei14 of this.#called)
      if (this.#attaches.of(imei14).length === 0) this.#called.delete(imei14)
  }
}
