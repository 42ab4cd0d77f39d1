import type { Imei14 } from '../core/index.ts'
import { LISTED_STATES, Register, type ListedState } from './register.ts'

/**
 * What all followed logs say together. Each is folded apart, by its own orders and its own cosigned
 * time; a number that several logs name answers with the heaviest state: black in one is black.
 */
export class MergedRegister {
  readonly #registers = new Map<string, Register>()
  /** Logs that ever named a number: a check of any other costs one look-up, however many logs there are. */
  readonly #logs = new Map<Imei14, readonly string[]>()

  /** A new, empty register of this log, in the place of the one before it. */
  renew(origin: string): Register {
    const register = new Register((imei) => {
      const logs = this.#logs.get(imei) ?? []
      if (!logs.includes(origin)) this.#logs.set(imei, [...logs, origin])
    })
    this.#registers.set(origin, register)
    return register
  }

  /** Undefined: no order in force in any log ever named this number. */
  stateOf(imei: Imei14): ListedState | undefined {
    const logs = this.#logs.get(imei)
    return logs && heaviest(logs.map((origin) => this.#registers.get(origin)?.stateOf(imei)))
  }

  /** The logs whose orders give this number this state. */
  logsGiving(imei: Imei14, state: ListedState): readonly string[] {
    const logs = this.#logs.get(imei) ?? []
    return logs.filter((origin) => this.#registers.get(origin)?.stateOf(imei) === state)
  }

  /** How many numbers answer with each state. */
  counts(): Record<ListedState, number> {
    const counts = { stolen: 0, recovered: 0, retired: 0, held: 0, released: 0 }
    for (const imei of this.#logs.keys()) {
      const state = this.stateOf(imei)
      if (state !== undefined) counts[state]++
    }
    return counts
  }
}

function heaviest(states: readonly (ListedState | undefined)[]): ListedState | undefined {
  return LISTED_STATES.find((state) => states.includes(state))
}
