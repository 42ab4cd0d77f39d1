import { LISTED_STATES, type Imei14, type ListedState } from '../core/index.ts'
import type { ListedNumbers } from './lists/listed-numbers.ts'
import { Register, sumCounts, type RegisterOptions } from './register.ts'
import { ImeiSet } from './sets/imei-set.ts'

/**
 * What all followed logs say together. Each is folded apart, by its own orders and its own cosigned
 * time; a number that several logs name answers with the heaviest state: black in one is black. A log
 * that is still being proved answers with its lists meanwhile.
 */
export class MergedRegister {
  readonly #registers = new Map<string, Register>()
  /** Numbers that some log ever named: a check of any other costs one look-up, however many logs there are. */
  readonly #named: ImeiSet
  readonly #lists = new Map<string, readonly ListedNumbers[]>()

  /** @param onFault told when what is named could not be put together anew: answers stay right, memory grows */
  constructor(onFault: (error: unknown) => void = () => undefined) {
    this.#named = new ImeiSet(onFault)
  }

  /** A new, empty register of this log, in the place of the one before it. */
  renew(origin: string, told: Omit<RegisterOptions, 'onListed'> = {}): Register {
    const register = new Register({ ...told, onListed: (imei) => this.#named.add(imei) })
    this.#registers.set(origin, register)
    return register
  }

  /**
   * Lets lists of this log answer instead of its register, or no longer. Several answer together: what one
   * refuses another does not let through.
   */
  replaceLists(origin: string, before: ListedNumbers | null, after: ListedNumbers | null): void {
    const others = this.listsOf(origin).filter((lists) => lists !== before)
    const now = after ? [...others, after] : others
    if (now.length > 0) this.#lists.set(origin, now)
    else this.#lists.delete(origin)
  }

  /** The lists that answer for this log now, the register's own before the registry's. */
  listsOf(origin: string): readonly ListedNumbers[] {
    return this.#lists.get(origin) ?? []
  }

  /** Undefined: no order in force in any log ever named this number. */
  stateOf(imei: Imei14): ListedState | undefined {
    return heaviestOf(this.naming(imei).map((origin) => this.stateIn(origin, imei)))
  }

  /** The logs whose orders give this number this state. */
  logsGiving(imei: Imei14, state: ListedState): readonly string[] {
    return this.naming(imei).filter((origin) => this.stateIn(origin, imei) === state)
  }

  /** How many numbers answer with each state; one that two logs name counts for both. */
  counts(): Record<ListedState, number> {
    const proved = [...this.#registers].filter(([origin]) => !this.#lists.has(origin))
    return sumCounts([
      ...proved.map(([, register]) => register.counts()),
      ...[...this.#lists.values()].map((all) => all.at(-1)!.counts()),
    ])
  }

  private naming(imei: Imei14): readonly string[] {
    if (this.#named.has(imei)) return [...this.#registers.keys()]
    return [...this.#lists.keys()]
  }

  private stateIn(origin: string, imei: Imei14): ListedState | undefined {
    const lists = this.#lists.get(origin)
    return lists
      ? heaviestOf(lists.map((one) => one.stateOf(imei)))
      : this.#registers.get(origin)?.stateOf(imei)
  }
}

function heaviestOf(states: readonly (ListedState | undefined)[]): ListedState | undefined {
  return LISTED_STATES.find((state) => states.includes(state))
}
