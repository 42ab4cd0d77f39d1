import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, fromBase64, parseImei14, type Act } from '../core/index.ts'
import {
  PLAYBOOK,
  PhoneInHand,
  Steps,
  demandWorthless,
  tryTrick,
  type Step,
  type ThiefsBench,
} from '../sim/index.ts'
import { Owner } from './clients/owner.ts'
import type { Constellation } from './constellation.ts'
import type { Police } from './demo-story.ts'
import { loadSigner } from './files.ts'

/** Phones of this story: the stolen one, and one of an honest neighbour. */
export const THIEF_PHONES = 2
const [STOLEN, HONEST] = [0, 1] as const

/**
 * The thief's playbook against one stolen phone, in real processes and by the same doors as in the
 * street. After every attempt the phone is looked at: a single usable moment that lasts is a failure.
 */
export class ThiefStory {
  readonly #steps: Steps
  readonly #world: Constellation
  readonly #police: Police
  #usable = 0
  #attempts = 0

  constructor(world: Constellation, police: Police, tell: (step: Step) => void) {
    this.#world = world
    this.#police = police
    this.#steps = new Steps(tell)
  }

  get steps(): readonly Step[] {
    return this.#steps.taken
  }

  /** Attempts after which the phone, or a part of it, was of use. */
  get usable(): number {
    return this.#usable
  }

  get attempts(): number {
    return this.#attempts
  }

  async play(): Promise<boolean> {
    const bench = await this.before()
    for (const trick of PLAYBOOK) {
      this.#attempts++
      await this.#steps.take(`${trick.attack}: ${trick.name}`, async () => {
        const outcome = await tryTrick(trick, bench)
        if (outcome.isUsable) this.#usable++
        demandWorthless(outcome)
        const { code, detail } = outcome
        return detail === undefined ? code : `${code}; ${detail}`
      })
    }
    return this.#steps.allHold && this.#usable === 0
  }

  /** What the thief has gathered before, and the lock itself. */
  private async before(): Promise<ThiefsBench> {
    const [stolen, honest] = [this.phone(STOLEN), this.phone(HONEST)]
    const owner = await this.ownerOf(STOLEN)
    const stranger = await this.ownerOf(HONEST)
    const { reference } = await owner.report('theft')
    await stolen.until('held')
    await owner.withdraw(reference)
    await stolen.until('home')
    const release = await bundleOf(owner, reference, 'release')
    const other = await stranger.report('theft')
    await honest.until('held')
    const foreign = await bundleOf(stranger, other.reference, 'hold')
    await stranger.withdraw(other.reference)
    await honest.until('home')
    const image = join(stolen.dir, '..', 'image-of-the-store')
    await stolen.whileOff(() => cp(join(stolen.dir, 'store'), image, { recursive: true }))
    await stolen.until('home')
    await this.#steps.take('stolen: two officers and the force lock it', async () => {
      const { first, second, force } = this.#police
      const imei = parseImei14(stolen.imei)
      const { id } = await first.openCase({ crimeReference: 'THIEF/1', why: 'robbery', imei })
      await first.propose(id)
      const index = await second.approve(await second.waiting(id, 'lock'), force)
      await stolen.until('stolen')
      return `entry ${index} of the public log`
    })
    const { edgeUrl, registryUrl } = this.#world
    return { stolen, honest, release, foreign, image, edgeUrl, registryUrl }
  }

  private phone(i: number): PhoneInHand {
    const phone = this.#world.phones[i]
    if (!phone) throw new Refusal('unavailable', 'the story lacks a phone')
    return new PhoneInHand({ ...phone, url: this.#world.phoneUrl(i) })
  }

  private async ownerOf(i: number): Promise<Owner> {
    const { card, ownerKey } = this.#world.phones[i]!
    return new Owner(this.#world.registryUrl, card, await loadSigner(ownerKey))
  }
}

/** An order of a case with its proof, as its phone is given it. */
export async function bundleOf(owner: Owner, reference: string, act: Act): Promise<Uint8Array> {
  const { bundles } = await owner.bundles(reference)
  const found = bundles.find((one) => one.act === act)
  if (!found) throw new Refusal('not-found', `no ${act} in this case`)
  return fromBase64(found.bundle)
}
