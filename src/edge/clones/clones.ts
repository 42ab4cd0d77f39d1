import type { Imei14 } from '../../core/index.ts'
import type { Verdict } from '../verdict.ts'
import { CloneWatch, type CloneWatchOptions } from './clone-watch.ts'
import { ReRegistrations, type ReRegistration } from './re-registrations.ts'
import { RecentAttaches, type PhoneCheck } from './recent-attaches.ts'

export interface ClonesOptions extends CloneWatchOptions {
  readonly onReRegistration: (event: ReRegistration) => void
}

/** What a register remembers of its answers, for a day at most, and what it concludes. */
export class Clones {
  readonly #attaches: RecentAttaches
  readonly #reRegistrations: ReRegistrations
  readonly #watch: CloneWatch

  constructor(options: ClonesOptions) {
    this.#attaches = new RecentAttaches(options)
    this.#reRegistrations = new ReRegistrations(this.#attaches, options.onReRegistration)
    this.#watch = new CloneWatch(options)
  }

  /** For the judge: it has given this answer. */
  readonly answered = (check: PhoneCheck, { status, seen }: Verdict): void => {
    const isListed = seen !== null
    if (status === 'BLACKLISTED') this.#attaches.refused(check)
    else this.#attaches.admitted(check, isListed)
    this.#watch.note(check, isListed)
  }

  /** For the logs: this number has become black. */
  readonly locked = (imei14: Imei14): void => this.#reRegistrations.locked(imei14)

  /** Locked phones that have not been refused since, as far as anybody remembers. */
  get stillAttached(): number {
    return this.#reRegistrations.stillAttached
  }

  /** Drops what is a day old: every few minutes, for a register that nobody asks. */
  sweep(): void {
    this.#attaches.sweep()
    this.#watch.sweep()
    this.#reRegistrations.sweep()
  }
}
