import { BLACK, type Imei14 } from '../core/index.ts'
import type { IdentityView } from './checks.ts'
import type { Identities } from './identities.ts'
import type { MergedRegister } from './merged-register.ts'
import type { SeenState } from './verdict.ts'

/** What is sighted: everything but a number that is free again. */
const SIGHTED = [...BLACK, 'held', 'conflict', 'override'] as const satisfies readonly SeenState[]

interface Log {
  readonly origin: string
  /** Null while they are not all proved. */
  readonly identities: Identities | null
}

/**
 * What the identity records of all followed logs say together. A pair exempts from what its own log
 * says and from nothing else: black in one is black, and no country whitens what another has locked.
 */
export class MergedIdentities implements IdentityView {
  readonly #register: MergedRegister
  readonly #logs: readonly Log[]

  constructor(register: MergedRegister, logs: readonly Log[]) {
    this.#register = register
    this.#logs = logs
  }

  isHonestPair(imei14: Imei14, imsi: string): boolean {
    const saying = this.#logs.filter(({ identities }) => identities?.isHonestPair(imei14, imsi))
    if (saying.length === 0) return false
    const black = BLACK.flatMap((state) => this.#register.logsGiving(imei14, state))
    return black.every((origin) => saying.some((log) => log.origin === origin))
  }

  isInConflict(imei14: Imei14): boolean {
    return this.#logs.some(({ identities }) => identities?.isInConflict(imei14))
  }

  /** The logs that give this number this state: whose registries a sighting is for. */
  logsGiving(imei14: Imei14, state: SeenState): readonly string[] {
    const origins = (says: (identities: Identities) => boolean) =>
      this.#logs
        .filter(({ identities }) => identities && says(identities))
        .map(({ origin }) => origin)
    if (state === 'conflict') return origins((identities) => identities.isInConflict(imei14))
    if (state === 'override') return origins((identities) => identities.hasPair(imei14))
    return this.#register.logsGiving(imei14, state)
  }

  /** The logs that say anything of this number that is sighted. */
  logsNaming(imei14: Imei14): readonly string[] {
    return SIGHTED.flatMap((state) => this.logsGiving(imei14, state))
  }
}
