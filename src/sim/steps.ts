import { Refusal } from '../core/index.ts'

/** One step of a story: what must be true, whether it was, and how long it took. */
export interface Step {
  readonly name: string
  readonly ok: boolean
  readonly ms: number
  readonly detail: string
}

/** The steps of a demonstration, timed and told as they are taken. One that fails stops no other. */
export class Steps {
  readonly #taken: Step[] = []
  readonly #tell: (step: Step) => void

  constructor(tell: (step: Step) => void) {
    this.#tell = tell
  }

  get taken(): readonly Step[] {
    return this.#taken
  }

  get allHold(): boolean {
    return this.#taken.every(({ ok }) => ok)
  }

  /** `act` says what was seen, or throws. */
  async take(name: string, act: () => Promise<string>): Promise<void> {
    const start = performance.now()
    let ok = true
    let detail: string
    try {
      detail = await act()
    } catch (error) {
      ok = false
      detail = error instanceof Refusal ? `${error.code}: ${error.message}` : String(error)
    }
    const step = { name, ok, ms: Math.round(performance.now() - start), detail }
    this.#taken.push(step)
    this.#tell(step)
  }
}

/** @throws {Refusal} wrong-state */
export function demandTrue(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Refusal('wrong-state', message)
}

/** Asks every 50 ms until there is an answer. @throws {Refusal} timeout */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null>,
  withinMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (performance.now() > deadline) throw new Refusal('timeout', what)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
