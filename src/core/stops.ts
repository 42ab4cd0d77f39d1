import { toHex } from './bytes.ts'

interface Stop {
  readonly from: number
  /** First index at which the key counts again; null for what does not end. */
  until: number | null
  readonly canEnd: boolean
}

/**
 * From which leaf on which key is void (trust: authorities). Judged by log index alone, so that
 * everybody who holds the same leaves says the same, whatever their clocks.
 */
export class Stops {
  readonly #byKey = new Map<string, Stop[]>()
  readonly #kept = new Map<string, Set<number>>()

  /** Distrusts a key for good. What an ancestor has once confirmed in `kept` stays confirmed. */
  distrust(kid: Uint8Array, from: number, kept: readonly number[]): void {
    const id = toHex(kid)
    const confirmed = this.#kept.get(id) ?? new Set()
    for (const index of kept) confirmed.add(index)
    this.#kept.set(id, confirmed)
    this.put(id, { from, until: null, canEnd: false })
  }

  suspend(kid: Uint8Array, from: number): void {
    this.put(toHex(kid), { from, until: null, canEnd: true })
  }

  /** Ends suspensions at `index`; a distrusted key stays what it is. */
  resume(kid: Uint8Array, index: number): void {
    for (const stop of this.#byKey.get(toHex(kid)) ?? [])
      if (stop.canEnd && (stop.until ?? index) >= index) stop.until = index
  }

  isStopped(kid: Uint8Array, index: number): boolean {
    if (this.#byKey.size === 0) return false
    const id = toHex(kid)
    const covers = ({ from, until }: Stop) => from <= index && (until === null || index < until)
    return (
      (this.#byKey.get(id)?.some((stop) => covers(stop)) ?? false) &&
      !(this.#kept.get(id)?.has(index) ?? false)
    )
  }

  private put(id: string, stop: Stop): void {
    this.#byKey.set(id, [...(this.#byKey.get(id) ?? []), stop])
  }
}
