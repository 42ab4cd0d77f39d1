import { dirname, join } from 'node:path'
import {
  RELEASE_TYPE,
  demand,
  encodeCbor,
  encodeDocument,
  releasePayload,
  signSlot,
  thumbprint,
  type PartType,
  type Signer,
} from '../../core/index.ts'
import { parseCarried, readTrust } from '../../wire/index.ts'
import type { Inside } from '../inside.ts'
import { stateOf } from '../secure-store.ts'
import { boundParts } from './bound-parts.ts'
import { writePartList } from './carried-list.ts'
import { dakSlot } from './dak-slot.ts'
import { pairPart } from './pair-part.ts'
import { swapParts } from './part-files.ts'

const DAY_MS = 86_400_000

/** What a person does with the parts of a phone, and what the phone does for itself. */
export class PhoneParts {
  readonly #inside: Inside
  #fetchedMs = -Infinity

  constructor(inside: Inside) {
    this.#inside = inside
  }

  /** Challenges every part, as at boot and hourly. @throws {Refusal} unavailable: switched off */
  check(): Promise<void> {
    const { memory, fitting } = this.#inside
    return memory.inTurn(async () => {
      this.#inside.demandOn()
      await fitting.check()
    })
  }

  /** From the pairing page. @throws as `pairPart` */
  pair(type: PartType, release: Uint8Array | null = null): Promise<void> {
    return pairPart(this.#inside, type, release)
  }

  /**
   * Gives parts away: this phone and its owner sign. Each release is good for one binding.
   * @throws {Refusal} wrong-state: held or locked; not-found: no such part is bound here
   */
  async release(types: readonly PartType[], owner: Signer): Promise<Uint8Array> {
    this.#inside.demandOn()
    const { store, known } = this.#inside.memory
    const isFree = stateOf(known).state === 'protected'
    demand(isFree, 'wrong-state', 'only a free phone gives a part away')
    const parts = boundParts(store, known).filter(({ type }) => types.includes(type))
    demand(parts.length === types.length, 'not-found', 'not all of them are bound here')
    const donor = thumbprint(store.dak)
    const payload = encodeCbor(releasePayload({ donor, basis: 'donor', parts }))
    const slots = [
      await dakSlot(store, RELEASE_TYPE, payload),
      signSlot(RELEASE_TYPE, payload, owner),
    ]
    return encodeDocument({ contentType: RELEASE_TYPE, payload, slots })
  }

  /**
   * A list of stolen parts, whoever brings it: judged, written, and only then known to the secure store.
   * @throws {Refusal} a code of `openCarried`; store; log-unknown: at home nowhere yet
   */
  takeList(bytes: Uint8Array): Promise<void> {
    const { memory, verify, options, fitting, law } = this.#inside
    return memory.inTurn(async () => {
      this.#inside.demandOn()
      const { known } = memory
      const { home, partList: held } = known
      demand(home !== null, 'log-unknown', 'this phone is at home in no log yet')
      const opened = law.openList(bytes, readTrust(known.root, verify), { home, held })
      const { treeSize, hash } = opened
      await writePartList(options.dir, parseCarried(bytes).list)
      await memory.persist({
        ...known,
        partList: { treeSize, hash },
        now: Math.max(known.now, opened.now),
        treeSize: Math.max(known.treeSize, treeSize),
      })
      await fitting.check()
    })
  }

  /**
   * Asks the registry for a newer list, once a day by run time; not before the phone is at home anywhere.
   * @throws as `takeList`; unavailable
   */
  async fetchListIfDue(): Promise<void> {
    const { memory, registry, options } = this.#inside
    const { record } = memory
    const isDue = options.monotonic() - this.#fetchedMs >= DAY_MS
    if (!isDue || !record?.home) return
    const bytes = await registry.partList(record.partList?.treeSize ?? 0)
    this.#fetchedMs = options.monotonic()
    if (bytes) await this.takeList(bytes)
  }

  /** The folder of this name beside the phone's. */
  beside(name: string): string {
    return join(dirname(this.#inside.options.dir), name)
  }

  /**
   * A repairer's hands: the part there comes here, and this one goes there.
   * @throws {Refusal} wrong-state: not switched off; not-found
   */
  async swap(type: PartType, there: string): Promise<void> {
    demand(!this.#inside.isOn, 'wrong-state', 'a phone is opened switched off')
    await swapParts(this.#inside.options.dir, there, type)
  }
}
