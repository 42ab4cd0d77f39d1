import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { Refusal, demand, parseImei14, withCheckDigit } from '../../core/index.ts'
import { glassOf, type Screen } from '../../device/index.ts'
import type { Logger } from '../../host/index.ts'
import type { LabDoor, LabGlass, LabPhase, LabPhone, LabView } from '../../portal/index.ts'
import { PLAYBOOK, RegisterProbe, eventually, type PhoneInHand } from '../../sim/index.ts'
import { PROBLEMS } from '../../wire/index.ts'
import { policeOf } from '../demo-story.ts'
import { makeHandsets, type LabHandset, type Workshop } from './lab-phones.ts'
import { Theft, UNTRIED, type Scene } from './theft.ts'

const PHONES = 4
/** Everybody who looks within this time sees the same. */
const SAME_VIEW_MS = 250
/** The other parties of the demonstration start beside us. */
const START_WITHIN_MS = 120_000
const AGAIN_MS = 1_000

const WELCOME = 'Four phones, all free. Snatch one.'
const TOO_SOON = 'That cannot be done now.'
const BUTTONS: ReadonlySet<string> = new Set([
  ...Array.from({ length: PHONES }, (_, number) => `snatch-${number}`),
  'report',
  'propose',
  'approve',
  'everything',
  'again',
  ...PLAYBOOK.map(({ id }) => `trick-${id}`),
])

interface Act {
  /** In a sentence, while it is done. */
  readonly doing: string
  readonly act: () => Promise<string>
}

/**
 * The lab of a demonstration that runs everything in its own house: phones, owners and officers, played by
 * whoever presses the buttons. One thing is done at a time; what is pressed meanwhile waits and does nothing.
 */
export class Lab implements LabDoor {
  readonly #workshop: Workshop
  readonly #scene: Scene
  readonly #logger: Logger
  #handsets: readonly LabHandset[] = []
  #theft: Theft | null = null
  #said = 'The phones of the lab are being made and enrolled.'
  #doing: string | null = null
  #job: Promise<void> | null = null
  #seen: { readonly at: number; readonly view: Promise<LabView> } | null = null
  #isClosed = false

  private constructor(workshop: Workshop, scene: Scene, logger: Logger) {
    this.#workshop = workshop
    this.#scene = scene
    this.#logger = logger
  }

  /** Opens at once; its phones follow as soon as the other parties are there. */
  static async open(parts: Omit<Workshop, 'police'> & { readonly logger: Logger }): Promise<Lab> {
    const { files, config, logger } = parts
    const { registryUrl, edgePort } = config
    const police = await policeOf({ files, registryUrl })
    const edgeUrl = `http://127.0.0.1:${edgePort}`
    const probe = new RegisterProbe(edgeUrl)
    const lab = new Lab({ files, config, police }, { police, probe, edgeUrl, registryUrl }, logger)
    const furnish = { doing: 'The phones are being made and enrolled', act: () => lab.furnish() }
    void lab.do(() => Promise.resolve(furnish))
    return lab
  }

  look(): Promise<LabView> {
    const now = performance.now()
    if (this.#seen === null || now - this.#seen.at > SAME_VIEW_MS)
      this.#seen = { at: now, view: this.view() }
    return this.#seen.view
  }

  press(button: string): Promise<void> {
    demand(BUTTONS.has(button), 'malformed', 'no such button')
    return this.#job ?? this.do(() => this.actOf(button))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#job
    this.#scene.probe.close()
    await Promise.all(this.#handsets.map((handset) => handset.scrap()))
  }

  /** Null: not now. */
  private async actOf(button: string): Promise<Act | null> {
    const phase = await this.phase()
    const theft = this.#theft
    const at = (wanted: LabPhase, act: Act) => (phase === wanted ? act : null)
    const [verb, ...rest] = button.split('-')
    const what = rest.join('-')
    switch (verb) {
      case 'snatch':
        return at('free', { doing: 'A thief runs', act: () => this.snatch(Number(what)) })
      case 'report':
        return at('snatched', {
          doing: 'The owner reports it',
          act: async () => {
            await theft!.report()
            return 'Its owner locked it, for 72 hours at most. Networks track it, and block nothing yet.'
          },
        })
      case 'propose':
        return at('held', {
          doing: 'The first officer signs',
          act: async () => {
            await theft!.propose()
            return 'One officer signed. That is no order: a second one must look at it.'
          },
        })
      case 'approve':
        return at('proposed', {
          doing: 'The second officer signs; log, witness and guardian follow',
          act: async () => {
            await theft!.approve()
            return 'Stolen. The order is public, networks refuse the phone, and it is a brick.'
          },
        })
      case 'trick':
        return at('stolen', this.trick(what))
      case 'everything':
        return at('stolen', { doing: 'The thief tries everything', act: () => this.everything() })
      default:
        return theft === null
          ? null
          : { doing: 'Fresh phones are being made and enrolled', act: () => this.again() }
    }
  }

  private trick(id: string): Act {
    const trick = PLAYBOOK.find((one) => one.id === id)!
    return { doing: `The thief tries: ${trick.name}`, act: () => this.tryOne(trick) }
  }

  private async tryOne(trick: (typeof PLAYBOOK)[number]): Promise<string> {
    const theft = this.#theft!
    try {
      await theft.try(trick)
    } catch (error) {
      await theft.failed(trick, this.sentence(error))
    }
    const outcome = theft.tricks.find(({ id }) => id === trick.id)?.outcome
    return `Tried: ${trick.name}. ${outcome?.sentence ?? ''}`
  }

  private async everything(): Promise<string> {
    for (const trick of PLAYBOOK) {
      if (this.#isClosed) break
      this.#doing = `The thief tries: ${trick.name}`
      await this.tryOne(trick)
    }
    const { attempts, usable } = this.#theft!
    return `Everything tried. Attempts ${attempts}, usable: ${usable}.`
  }

  private async snatch(number: number): Promise<string> {
    const stolen = this.#handsets[number]!
    const honest = this.#handsets[(number + 1) % PHONES]!
    this.#theft = await Theft.begin(this.#scene, { stolen, honest })
    return `Phone ${number + 1} is in a thief’s hand, and still works. Report it.`
  }

  /** The two that had to do with the theft make room for fresh ones. */
  private async again(): Promise<string> {
    const used = [this.#theft!.stolen, this.#theft!.honest]
    const fresh = [...(await makeHandsets(this.#workshop, used.length))]
    this.#handsets = this.#handsets.map((old) => (used.includes(old) ? fresh.shift()! : old))
    this.#theft = null
    await Promise.all(used.map((handset) => handset.scrap()))
    return WELCOME
  }

  private async furnish(): Promise<string> {
    const { files } = this.#workshop
    await rm(files.folder('lab'), { recursive: true, force: true })
    const { statusSignerUrl } = this.#workshop.config
    await eventually(
      'the phones of the lab could not be made',
      async () => {
        if (this.#isClosed) return true
        await wait(AGAIN_MS)
        const signer = await fetch(`${statusSignerUrl}/healthz`).catch(() => null)
        if (!signer?.ok) return null
        try {
          this.#handsets = await makeHandsets(this.#workshop, PHONES)
          return true
        } catch (error) {
          this.#logger.warn({ err: error }, 'phones of the lab could not be made yet')
          return null
        }
      },
      START_WITHIN_MS,
    )
    return WELCOME
  }

  /** Never throws: what went wrong is said on the page. From the first moment on nothing else is begun. */
  private do(choose: () => Promise<Act | null>): Promise<void> {
    const run = async () => {
      const chosen = await choose()
      if (chosen === null) return TOO_SOON
      this.#doing = chosen.doing
      return chosen.act()
    }
    this.#job = run()
      .catch((error: unknown) => this.sentence(error))
      .then((said) => {
        this.#said = said
        this.#doing = null
        this.#job = null
        this.#seen = null
      })
    return this.#job
  }

  private sentence(error: unknown): string {
    this.#logger.warn({ err: error }, 'something of the lab failed')
    if (error instanceof Refusal) return `${PROBLEMS[error.code].title} (${error.code})`
    return 'Something failed. Start again.'
  }

  private async phase(): Promise<LabPhase> {
    const theft = this.#theft
    if (this.#handsets.length === 0) return 'making'
    if (theft === null) return 'free'
    if (theft.isLocked) return 'stolen'
    // Held from the owner's pages just as well, and given up there too.
    const screen = await theft.stolen.hand.screen()
    if (screen?.kind !== 'held') return 'snatched'
    return theft.isProposed ? 'proposed' : 'held'
  }

  private async view(): Promise<LabView> {
    const theft = this.#theft
    const phones = await Promise.all(this.#handsets.map((handset) => this.phone(handset)))
    return {
      phase: await this.phase(),
      doing: this.#doing,
      said: this.#said,
      phones,
      card: theft?.stolen.card ?? null,
      deeds: theft?.deeds ?? [],
      parts: theft?.parts ?? [],
      tricks: theft?.tricks ?? UNTRIED,
      attempts: theft?.attempts ?? 0,
      usable: theft?.usable ?? 0,
    }
  }

  private async phone(handset: LabHandset): Promise<LabPhone> {
    const { serial, imei, url } = handset.hand
    const [glass, answer] = await Promise.all([
      glassIn(handset.hand),
      this.#scene.probe.ask(parseImei14(imei)).catch(() => null),
    ])
    const { stolen, honest } = this.#theft ?? { stolen: null, honest: null }
    return {
      serial,
      imei: withCheckDigit(parseImei14(imei)),
      glass,
      answer,
      role: handset === stolen ? 'snatched' : handset === honest ? 'neighbour' : 'free',
      screenUrl: `${url}/glass`,
    }
  }
}

/** What a person reads on it. */
async function glassIn(hand: PhoneInHand): Promise<LabGlass> {
  const screen: Screen | null = await hand.screen().catch(() => null)
  if (screen === null) return { kind: 'off', title: 'Switched off', lines: [], emergency: [] }
  const glass = glassOf(screen, 'en')
  if (glass === null)
    return { kind: 'home', title: 'Open', lines: ['Everything works.'], emergency: [] }
  const lines = [...(glass.message === null ? [] : [glass.message]), ...glass.lines.slice(0, 1)]
  return { kind: screen.kind, title: glass.title, lines, emergency: glass.emergency.numbers }
}
