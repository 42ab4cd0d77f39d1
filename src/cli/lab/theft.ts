import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PART_TYPES, parseImei14, type Imei14, type RefusalCode } from '../../core/index.ts'
import type { LabDeed, LabOutcome, LabPart, LabTrick } from '../../portal/index.ts'
import {
  PLAYBOOK,
  tryTrick,
  type RegisterProbe,
  type ThiefsBench,
  type Trick,
} from '../../sim/index.ts'
import { PROBLEMS } from '../../wire/index.ts'
import type { Police } from '../demo-story.ts'
import type { LabHandset } from './lab-phones.ts'

/** Words of those who refuse without a code of ours. */
const SAID: Readonly<Record<string, string>> = {
  stolen: 'It says that it is stolen, and does nothing else.',
  BLACKLISTED: 'The network does not let it in.',
}

/** Where a theft takes place. */
export interface Scene {
  readonly police: Police
  readonly probe: RegisterProbe
  readonly edgeUrl: string
  readonly registryUrl: string
}

/** One phone in a thief's hand, from the moment it is snatched. */
export class Theft {
  readonly stolen: LabHandset
  readonly honest: LabHandset
  readonly #scene: Scene
  readonly #bench: ThiefsBench
  readonly #deeds: LabDeed[] = []
  readonly #outcomes = new Map<string, LabOutcome>()
  #reference: string | null = null
  #caseId: string | null = null
  #isLocked = false
  #attempts = 0
  #usable = 0

  private constructor(scene: Scene, phones: Pick<Theft, 'stolen' | 'honest'>, image: string) {
    const { edgeUrl, registryUrl } = scene
    const { stolen, honest } = phones
    this.stolen = stolen
    this.honest = honest
    this.#scene = scene
    this.#bench = {
      stolen: stolen.hand,
      honest: honest.hand,
      release: stolen.release,
      foreign: honest.release,
      image,
      edgeUrl,
      registryUrl,
    }
  }

  /** The thief copies what he can before anybody knows. */
  static async begin(scene: Scene, phones: Pick<Theft, 'stolen' | 'honest'>): Promise<Theft> {
    const { dir } = phones.stolen.hand
    const image = join(dir, '..', '..', 'image-of-the-store')
    await rm(image, { recursive: true, force: true })
    await phones.stolen.hand.whileOff(() => cp(join(dir, 'store'), image, { recursive: true }))
    return new Theft(scene, phones, image)
  }

  get deeds(): readonly LabDeed[] {
    return this.#deeds
  }

  get isProposed(): boolean {
    return this.#caseId !== null
  }

  get isLocked(): boolean {
    return this.#isLocked
  }

  get attempts(): number {
    return this.#attempts
  }

  get usable(): number {
    return this.#usable
  }

  get tricks(): readonly LabTrick[] {
    return PLAYBOOK.map(({ id, attack, name }) => {
      return { id, attack, name, outcome: this.#outcomes.get(id) ?? null }
    })
  }

  get parts(): readonly LabPart[] {
    const board = this.#outcomes.get('board')?.code
    const parts = PART_TYPES.map((type) => {
      const code = this.#outcomes.get(`part-${type}`)?.code
      return { type, said: code ? `another phone refuses it (${code})` : null }
    })
    return [
      {
        type: 'board',
        said: board ? `in another case it is stolen all the same (${board})` : null,
      },
      ...parts,
    ]
  }

  async report(): Promise<void> {
    await this.deed(
      'Reported by its owner',
      'locked by its owner, tracked by networks,',
      async () => {
        this.#reference = (await this.stolen.owner.report('robbery')).reference
        return this.effect('GREYLISTED', 'held')
      },
    )
  }

  async propose(): Promise<void> {
    await this.deed('First officer signed', 'one signature, and no order yet,', async () => {
      const { first } = this.#scene.police
      // Somebody may have reported it on the owner's pages: then police know the number alone.
      const about = this.#reference === null ? { imei: this.imei } : { reference: this.#reference }
      const { id } = await first.openCase({ crimeReference: 'LAB/1', why: 'robbery', ...about })
      await first.propose(id)
      this.#caseId = id
      return null
    })
  }

  async approve(): Promise<void> {
    await this.deed(
      'Second officer and force signed',
      'refused by networks, and a brick,',
      async () => {
        const { second, force } = this.#scene.police
        const draft = await second.waiting(this.#caseId!, 'lock')
        const [index] = await Promise.all([
          second.approve(draft, force),
          this.effect('BLACKLISTED', 'stolen'),
        ])
        this.#isLocked = true
        return index
      },
    )
  }

  async try(trick: Trick): Promise<void> {
    const began = performance.now()
    const outcome = await tryTrick(trick, this.#bench)
    const { code, detail = null, isUsable, shows } = outcome
    this.#attempts++
    if (isUsable) this.#usable++
    const sentence = SAID[code] ?? PROBLEMS[code as RefusalCode]?.title ?? `It shows: ${shows}.`
    const ms = performance.now() - began
    this.#outcomes.set(trick.id, { code, sentence, detail, ms, isUsable })
  }

  /** A trick that could not be played to its end; whether the phone is of use is looked at all the same. */
  async failed(trick: Trick, sentence: string): Promise<void> {
    const isUsable = (await this.stolen.hand.screen())?.kind === 'home'
    this.#attempts++
    if (isUsable) this.#usable++
    this.#outcomes.set(trick.id, { code: null, sentence, detail: null, ms: 0, isUsable })
  }

  private get imei(): Imei14 {
    return parseImei14(this.stolen.hand.imei)
  }

  private async effect(word: string, kind: string): Promise<null> {
    await Promise.all([this.#scene.probe.until(this.imei, word), this.stolen.hand.until(kind)])
    return null
  }

  private async deed(what: string, effect: string, act: () => Promise<number | null>) {
    const began = performance.now()
    const entry = await act()
    this.#deeds.push({ what, effect, ms: performance.now() - began, entry })
  }
}

/** What a thief holds when nothing is snatched: nothing. */
export const UNTRIED: readonly LabTrick[] = PLAYBOOK.map(({ id, attack, name }) => ({
  id,
  attack,
  name,
  outcome: null,
}))
