import { closeSync, openSync, readSync } from 'node:fs'

/** The longest an event loop was away. */
export interface Pause {
  readonly ms: number
  /** Without the time this thread was ready and had no core; null where the kernel does not tell. */
  readonly ownMs: number | null
}

/** Watches how long each turn of the event loop takes while `work` is done once a turn. */
export class TurnClock {
  readonly #work: () => void
  readonly #schedstat = openSchedstat()
  readonly #text = Buffer.alloc(128)
  #pause: Pause = { ms: 0, ownMs: 0 }
  #isRunning = true

  constructor(work: () => void) {
    this.#work = work
    this.turn(performance.now(), this.waitedMs())
  }

  /** The longest since it began. */
  stop(): Pause {
    this.#isRunning = false
    if (this.#schedstat !== null) closeSync(this.#schedstat)
    return this.#pause
  }

  private turn(before: number, waitedBefore: number | null): void {
    if (!this.#isRunning) return
    this.#work()
    setImmediate(() => {
      if (!this.#isRunning) return
      const [now, waited] = [performance.now(), this.waitedMs()]
      const ms = now - before
      const own = waited === null || waitedBefore === null ? null : ms - (waited - waitedBefore)
      this.#pause = {
        ms: Math.max(this.#pause.ms, ms),
        ownMs: own === null ? null : Math.max(this.#pause.ownMs ?? 0, own),
      }
      this.turn(now, waited)
    })
  }

  /** Second field of schedstat: nanoseconds spent waiting on a run queue. */
  private waitedMs(): number | null {
    if (this.#schedstat === null) return null
    const length = readSync(this.#schedstat, this.#text, 0, this.#text.length, 0)
    return Number(this.#text.toString('latin1', 0, length).split(' ')[1]) / 1e6
  }
}

/** Linux, and of the main thread. */
function openSchedstat(): number | null {
  try {
    return openSync('/proc/self/schedstat', 'r')
  } catch {
    return null
  }
}
