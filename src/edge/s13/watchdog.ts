import { fraction } from '../../host/index.ts'

/** Something that happens once, unless it is put off or stopped. */
export interface Alarm {
  /** Counts again from now. */
  restart(): void
  stop(): void
}
export type SetAlarm = (ms: number, action: () => void) => Alarm

/** The machine's own timers. */
export const machineAlarm: SetAlarm = (ms, action) => {
  const timer = setTimeout(action, ms)
  return { restart: () => void timer.refresh(), stop: () => clearTimeout(timer) }
}

export interface WatchdogOptions {
  /** Tw: 6 s or more. */
  readonly intervalMs: number
  readonly setAlarm: SetAlarm
  readonly sendRequest: () => void
  readonly onSuspect: () => void
  readonly onDead: () => void
}

/** So that many peers do not ask in step. */
const JITTER_MS = 2_000

/**
 * RFC 3539 §3.4.1: after Tw of silence a request; without an answer after another Tw the peer is
 * suspect, after a third dead. Any message restarts Tw.
 */
export class Watchdog {
  readonly #options: WatchdogOptions
  #alarm: Alarm
  #isPending = false
  #isSuspect = false

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#alarm = this.arm()
  }

  heard(): void {
    this.#isSuspect = false
    this.#alarm.restart()
  }

  answered(): void {
    this.#isPending = false
  }

  stop(): void {
    this.#alarm.stop()
  }

  private arm(): Alarm {
    const { intervalMs, setAlarm } = this.#options
    const jitterMs = (2 * fraction() - 1) * JITTER_MS
    return setAlarm(intervalMs + jitterMs, () => this.expire())
  }

  private expire(): void {
    if (this.#isSuspect) return this.#options.onDead()
    this.#alarm = this.arm()
    if (this.#isPending) {
      this.#isSuspect = true
      this.#options.onSuspect()
    } else {
      this.#isPending = true
      this.#options.sendRequest()
    }
  }
}
