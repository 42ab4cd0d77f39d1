import { demand } from '../../core/index.ts'
import { rowOf } from './bits.ts'
import { COMPARE } from './codes.ts'
import { writtenIndices, type Governed, type Indices } from './indices.ts'
import { locksBehind, type LockBits } from './lock-bits.ts'
import { nvName } from './nv-index.ts'
import type { PolicySession } from './policy-session.ts'
import { NO_POLICY, policyNv, policyOr, type Digest } from './policy.ts'
import { u64Of } from './writer.ts'

/** PolicyOR takes eight; two floors of them take every state of a life of 63 locks. */
const BRANCHES = 8
const STATES = BRANCHES * BRANCHES

/** n locks, each released: L = R = 2ⁿ − 1. */
const equals = (locks: number) => ({
  operand: u64Of(rowOf(locks)),
  operation: COMPARE.equal,
})

/** The boot key's policy: as many releases as locks. Computed once for a phone: it is 320 hashes. */
export class BootPolicy {
  readonly digest: Digest
  readonly #indices: Indices
  readonly #groups: readonly (readonly Digest[])[]
  readonly #tops: readonly Digest[]

  constructor(governed: Governed) {
    this.#indices = writtenIndices(governed)
    const { lock, release } = this.#indices
    const names = { lock: nvName(lock), release: nvName(release) }
    const branch = (locks: number) => {
      const is = equals(locks)
      const first = policyNv(NO_POLICY, { nvName: names.lock, ...is })
      return policyNv(first, { nvName: names.release, ...is })
    }
    this.#groups = Array.from({ length: BRANCHES }, (_, group) =>
      Array.from({ length: BRANCHES }, (_, i) => branch(group * BRANCHES + i)),
    )
    this.#tops = this.#groups.map(policyOr)
    this.digest = policyOr(this.#tops)
  }

  /** Shows the TPM that the bits are what they are. @throws {Refusal} wrong-state: none that
   * boots; store: it sees others */
  async show(session: PolicySession, bits: LockBits): Promise<void> {
    const locks = locksBehind(bits)
    const hasBranch = locks !== null && locks < STATES
    demand(hasBranch, 'wrong-state', 'the lock bits forbid a boot')
    await session.nv(this.#indices.lock.handle, equals(locks))
    await session.nv(this.#indices.release.handle, equals(locks))
    await session.or(this.#groups[Math.floor(locks / BRANCHES)]!)
    await session.or(this.#tops)
  }
}
