import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  RELEASE_TYPE,
  certificatePayload,
  coseSign,
  distrustPayload,
  encodeDocument,
  madeBinding,
  releasePayload,
  thumbprint,
  WHY_DISTRUSTED,
  type PartType,
  type ReleaseBasis,
  type Role,
  type Signer,
  type Tac,
} from '../src/core/index.ts'
import { fittedParts, swapParts } from '../src/device/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { produceSpares } from '../src/sim/index.ts'
import type { Handset, World } from './world.ts'

const DAY = 86_400

/** What happens to parts outside of phones: shelves, swaps, and who is certified to touch them. */
export class PartsTrade {
  readonly #world: World
  #shelves = 0

  constructor(world: World) {
    this.#world = world
  }

  shelf(): string {
    return join(this.#world.folder, `shelf-${++this.#shelves}`)
  }

  /** A shelf with one of each of these, by that maker. */
  async spares(types: readonly PartType[], maker = this.#world.founding.maker.signer) {
    const { surroundings } = this.#world
    const shelf = this.shelf()
    await produceSpares({ shelf, types, maker, surroundings })
    return shelf
  }

  /** Opens both phones, and changes that part over. */
  async swap(here: Handset, there: Handset, type: PartType): Promise<void> {
    await here.phone.powerOff()
    await there.phone.powerOff()
    await here.phone.parts.swap(type, there.dir)
    await there.phone.powerOn()
    await here.phone.powerOn()
  }

  /** A second part that is the same in all it can say. */
  async copy(from: Handset, type: PartType): Promise<string> {
    const shelf = this.shelf()
    await cp(join(from.dir, 'parts', type), join(shelf, 'parts', type), { recursive: true })
    return shelf
  }

  /** A part that repeats what it was told, and has no key. */
  async forged(from: Handset, type: PartType): Promise<string> {
    const shelf = await this.copy(from, type)
    await rm(join(shelf, 'parts', type, 'key.pem'))
    return shelf
  }

  async put(shelf: string, into: Handset, type: PartType): Promise<void> {
    await into.phone.powerOff()
    await swapParts(into.dir, shelf, type)
    await into.phone.powerOn()
  }

  /** Somebody new, certified in the log. `use`: models of a maker. */
  async certify(
    sub: string,
    role: Role,
    by: Signer,
    tacs: readonly Tac[] | null = null,
  ): Promise<Signer> {
    const { signer } = generateEs256()
    const now = Math.floor(this.#world.surroundings.clock() / 1000)
    const payload = certificatePayload({
      iss: sub.slice(0, sub.lastIndexOf(role === 'maker' ? '/' : '.')),
      sub,
      nbf: now - 60,
      exp: now + 300 * DAY,
      key: signer.key,
      caps: {},
      scope: { acts: [], country: 'ZZ', tacs },
      depth: role === 'maker' ? 0 : 1,
      role,
      use: null,
    })
    const body = coseSign('application/stolen-cert+cbor', payload, [by])
    await this.#world.running.context.sequencer.submit({ kind: 'certificate', body })
    return signer
  }

  /** "This key is void from that leaf on." */
  async distrust(key: Signer, by: Signer, from: number): Promise<void> {
    const payload = distrustPayload({
      key: thumbprint(key.key),
      from,
      reason: WHY_DISTRUSTED.stolen,
      kept: [],
      log: this.#world.log.key.name,
    })
    const body = coseSign('application/stolen-distrust+cbor', payload, [by])
    await this.#world.running.context.sequencer.submit({ kind: 'distrust', body })
  }

  /** Parts that the donor was made with, given away on paper by these signers. */
  async paper(
    donor: Handset,
    types: readonly PartType[],
    basis: ReleaseBasis,
    by: readonly Signer[],
    from = donor.dir,
  ): Promise<Uint8Array> {
    const binding = madeBinding(donor.record)
    const fitted = (await fittedParts(from)).filter(({ type }) => types.includes(type))
    const parts = fitted.map(({ signer }) => ({ part: thumbprint(signer!.key), binding }))
    const payload = releasePayload({ donor: donor.device, basis, parts })
    return encodeDocument(coseSign(RELEASE_TYPE, payload, by))
  }
}
