import type { Alarm } from '../src/edge/s13/watchdog.ts'

interface Waiting {
  readonly ms: number
  readonly action: () => void
  dueMs: number
}

/** Timers that go off when a test says so. */
export class ManualAlarms {
  readonly #waiting = new Set<Waiting>()
  #nowMs = 0

  readonly set = (ms: number, action: () => void): Alarm => {
    const alarm = { ms, action, dueMs: this.#nowMs + ms }
    this.#waiting.add(alarm)
    return {
      restart: () => void (alarm.dueMs = this.#nowMs + ms),
      stop: () => void this.#waiting.delete(alarm),
    }
  }

  /** How long each that waits was set for. */
  get lengthsMs(): readonly number[] {
    return [...this.#waiting].map(({ ms }) => ms)
  }

  /** Lets that much time pass; what falls due goes off in its order. */
  pass(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const [next] = [...this.#waiting].toSorted((a, b) => a.dueMs - b.dueMs)
      if (!next || next.dueMs > untilMs) break
      this.#nowMs = next.dueMs
      this.#waiting.delete(next)
      next.action()
    }
    this.#nowMs = untilMs
  }
}
