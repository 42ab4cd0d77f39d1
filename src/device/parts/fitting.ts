import {
  PART_TYPES,
  Refusal,
  partChallenge,
  thumbprint,
  toHex,
  type BoundPart,
  type PartList,
  type PartType,
} from '../../core/index.ts'
import type { RandomBytes } from '../../host/index.ts'
import { partSentence, type PartSentence, type Verifiers } from '../../wire/index.ts'
import type { Law } from '../law.ts'
import type { Memory } from '../memory.ts'
import { boundParts } from './bound-parts.ts'
import { readPartList } from './carried-list.ts'
import type { FittedPart, PartsIn } from './part-files.ts'

/** A part that may not be there, as the screen says it. */
export interface RefusedPart extends PartSentence {
  readonly type: PartType
}

const EVERY_MS = 3_600_000

interface Surrounded {
  readonly dir: string
  readonly memory: Memory
  readonly random: RandomBytes
  readonly verify: Verifiers
  readonly law: Law
  readonly partsIn: PartsIn
  readonly monotonic: () => number
}

/** Which parts of those in the phone are the phone's, and why the others are not: asked at boot and hourly. */
export class Fitting {
  readonly #with: Surrounded
  #alive: readonly BoundPart[] = []
  #refused: readonly RefusedPart[] = []
  #checkedMs = -Infinity
  /** What the registry said of parts since the phone was switched on, by thumbprint. */
  readonly #said = new Map<string, Refusal>()

  constructor(surrounded: Surrounded) {
    this.#with = surrounded
  }

  /** Bound parts that answered when last asked. */
  get alive(): readonly BoundPart[] {
    return this.#alive
  }

  get refused(): readonly RefusedPart[] {
    return this.#refused
  }

  /** Places where a part sits that may not be there. */
  get unbound(): readonly PartType[] {
    const types = new Set(this.#refused.map(({ type }) => type))
    return PART_TYPES.filter((type) => types.has(type))
  }

  /** As at power-on. */
  async boot(): Promise<void> {
    this.#said.clear()
    await this.check()
  }

  /** Challenges every part that is there. A dead store has its own screen. */
  async check(): Promise<void> {
    const { dir, memory, monotonic, partsIn } = this.#with
    this.#checkedMs = monotonic()
    const fitted = memory.kind === null ? [] : await partsIn(dir)
    // Of many megabytes, and needed only for parts that are not the phone's.
    let carried: Promise<PartList | null> | undefined
    const list = () => (carried ??= readPartList(dir, memory.known))
    const alive: BoundPart[] = []
    const refused: RefusedPart[] = []
    for (const part of fitted) {
      try {
        alive.push(await this.judge(part, list))
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        refused.push({ type: part.type, ...partSentence(error) })
      }
    }
    this.#alive = alive
    this.#refused = refused
  }

  /** Hourly, by run time. */
  async checkIfDue(): Promise<void> {
    if (this.#with.monotonic() - this.#checkedMs >= EVERY_MS) await this.check()
  }

  /** What the registry knows of a part is more than what a phone carries. */
  heard(part: Uint8Array, refusal: Refusal): void {
    this.#said.set(toHex(part), refusal)
  }

  /** @throws {Refusal} part-signature; a code of `judgeFitted` */
  private async judge(
    { type, signer, origin }: FittedPart,
    carried: () => Promise<PartList | null>,
  ): Promise<BoundPart> {
    const { memory, random, verify, law } = this.#with
    const { store, known } = memory
    const host = thumbprint(store.dak)
    const challenge = partChallenge(random(32), host)
    const answer = signer && { key: signer.key, signature: signer.sign(challenge) }
    const part = law.hearPart(answer, challenge, verify.es256)
    const bound = boundParts(store, known)
    const said = this.#said.get(toHex(part)) ?? null
    const fitted = { type, part, key: signer!.key, origin }
    return law.fitPart(fitted, { host, bound, said, carried, verify: verify.es256 })
  }
}
