import { cp, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Refusal, fromBase64, parseImei14, type Act, type PartType } from '../core/index.ts'
import type { HandsAnswer } from '../device/index.ts'
import { CheckAnswer } from '../wire/index.ts'
import { call } from '../host/index.ts'
import { Owner } from './clients/owner.ts'
import type { Constellation } from './constellation.ts'
import type { Police } from './demo-story.ts'
import { loadSigner } from './files.ts'
import { Steps, demandTrue, eventually, type Step } from './steps.ts'

/** Phones of this story: the stolen one, and one of an honest neighbour. */
export const THIEF_PHONES = 2
const [STOLEN, HONEST] = [0, 1] as const
const REBOOTS = 10
/** What a stripper sells first. */
const STRIPPED: readonly PartType[] = ['display', 'battery']
/** A watched passcode, and a finger that was forced onto the glass. */
const WATCHED = { passcode: true, biometric: true }

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
    const own = await this.before()
    await this.atTheGate()
    await this.withDocuments(own)
    await this.withTheStore(own.image)
    await this.asSpareParts()
    await this.onTheMarket()
    return this.#steps.allHold && this.#usable === 0
  }

  /** What the thief has gathered before, and the lock itself. */
  private async before() {
    const owner = await this.ownerOf(STOLEN)
    const stranger = await this.ownerOf(HONEST)
    const { reference } = await owner.report('theft')
    await this.screen(STOLEN, 'held')
    await owner.withdraw(reference)
    await this.screen(STOLEN, 'home')
    const release = await bundleOf(owner, reference, 'release')
    const other = await stranger.report('theft')
    await this.screen(HONEST, 'held')
    const foreign = await bundleOf(stranger, other.reference, 'hold')
    await stranger.withdraw(other.reference)
    await this.screen(HONEST, 'home')
    const image = await this.takeImage()
    await this.#steps.take('stolen: two officers and the force lock it', async () => {
      const { first, second, force } = this.#police
      const imei = parseImei14(this.phone(STOLEN).imei)
      const { id } = await first.openCase({ crimeReference: 'THIEF/1', why: 'robbery', imei })
      await first.propose(id)
      const index = await second.approve(await second.waiting(id, 'lock'), force)
      await this.screen(STOLEN, 'stolen')
      return `entry ${index} of the public log`
    })
    return { release, foreign, image }
  }

  private async atTheGate(): Promise<void> {
    await this.attempt(`A02: switched off and on, ${REBOOTS} times`, async () => {
      for (let i = 0; i < REBOOTS; i++) await this.reboot()
      return 'the gate stands before anything else'
    })
    await this.attempt('A33: out through the dialler', async () => {
      const emergency = await this.hands(STOLEN, 'call', { number: '112' })
      demandTrue(emergency.ok, '112 did not connect')
      await this.hands(STOLEN, 'hang-up', {})
      return `112 connects; ${await this.refused('call', { number: '020 7946 0000' })}`
    })
    await this.attempt('A03: opened with the watched passcode and a forced finger', () =>
      this.refused('unlock', WATCHED),
    )
    await this.attempt('A03: erased from the menu', () =>
      this.refused('reset', { how: 'menu', ...WATCHED }),
    )
    await this.attempt('A06: a reset asked for, to wait out', () =>
      this.refused('ask', { act: 'reset', ...WATCHED }),
    )
    await this.attempt('A03: protection switched off', () =>
      this.refused('protection', { on: false, ...WATCHED }),
    )
    await this.attempt('A07, A09: erased by recovery mode, then set up as new', async () => {
      await this.hands(STOLEN, 'reset', { how: 'recovery-wipe' })
      return this.refused('activate', {})
    })
  }

  private async withDocuments(own: { release: Uint8Array; foreign: Uint8Array }): Promise<void> {
    const forged = own.release.slice()
    forged[forged.length >> 1]! ^= 1
    const bytes: readonly (readonly [string, string, Uint8Array])[] = [
      ['A19: an older release of this very phone, played again', 'bundle', own.release],
      ['A10: another phone’s order', 'bundle', own.foreign],
      ['A82: a release with one bit changed', 'bundle', forged],
      ['A23: a proof of sale made at home', 'sale', new TextEncoder().encode('sold to me')],
      ['A92: rubbish instead of an order', 'bundle', new Uint8Array(64).fill(0xff)],
    ]
    for (const [name, act, body] of bytes) await this.attempt(name, () => this.refused(act, body))
  }

  private async withTheStore(image: string): Promise<void> {
    await this.attempt('A18: the secure store of before the theft put back', async () => {
      await this.hands(STOLEN, 'power', { on: false })
      const store = join(this.phone(STOLEN).dir, 'store')
      await rm(store, { recursive: true })
      await cp(image, store, { recursive: true })
      await this.hands(STOLEN, 'power', { on: true })
      await this.screen(STOLEN, 'stolen')
      return 'locked again by the first network it met; a chip cannot be put back at all'
    })
    await this.attempt('A18: the record of the secure store deleted', async () => {
      await this.hands(STOLEN, 'power', { on: false })
      await rm(join(this.phone(STOLEN).dir, 'store', 'record'))
      await this.hands(STOLEN, 'power', { on: true })
      const code = await this.refused('activate', {})
      await this.screen(STOLEN, 'stolen')
      return code
    })
  }

  private async asSpareParts(): Promise<void> {
    for (const type of STRIPPED)
      await this.attempt(`A16: its ${type} sold into another phone`, async () => {
        await this.swap([type])
        await this.screen(HONEST, 'restricted')
        const { refusal, screen } = await this.hands(HONEST, 'part/pair', { type })
        if (screen?.kind === 'home') this.#usable++
        demandTrue(screen?.kind === 'restricted', `a stolen ${type} was taken in`)
        const [part] = screen.parts
        await this.swap([type])
        await this.screen(HONEST, 'home')
        return `${refusal ?? 'not refused'}: "${part?.text ?? ''}"; with its own that phone works again`
      })
    await this.attempt(
      `A15: its board in another case, with ${STRIPPED.join(' and ')}`,
      async () => {
        await this.swap(STRIPPED)
        await this.screen(STOLEN, 'stolen')
        const codes = []
        for (const type of STRIPPED) codes.push(await this.refused('part/pair', { type }))
        await this.swap(STRIPPED)
        await this.screen(HONEST, 'home')
        return `the board is the phone, and stolen; ${[...new Set(codes)].join(', ')}`
      },
    )
  }

  /** With a screwdriver, so both phones are off: parts answer when they boot, and every hour. */
  private async swap(types: readonly PartType[]): Promise<void> {
    const there = basename(this.phone(STOLEN).dir)
    for (const i of [STOLEN, HONEST]) await this.hands(i, 'power', { on: false })
    for (const type of types) {
      const { ok } = await this.hands(HONEST, 'part/swap', { type, there })
      demandTrue(ok, `each ${type} could not be put into the other phone`)
    }
    for (const i of [STOLEN, HONEST]) await this.hands(i, 'power', { on: true })
  }

  private async onTheMarket(): Promise<void> {
    const { edgeUrl: edge, registryUrl: base } = this.#world
    await this.attempt('A20: taken to a network', async () => {
      const { attached } = await this.hands(STOLEN, 'attach', { edge, slot: 0 })
      demandTrue(attached?.admitted === false, 'a network let it in')
      return attached.answer ?? 'refused'
    })
    await this.attempt('A21: offered to a dealer, who looks it up', async () => {
      const body = { serial: this.phone(STOLEN).serial }
      const { state } = await call({
        method: 'POST',
        base,
        path: '/v1/checks',
        body,
        answer: CheckAnswer,
      })
      demandTrue(state === 'stolen', `the check says ${state}`)
      return state
    })
  }

  /** Tries, then looks whether the phone is of use to whoever holds it. */
  private async attempt(name: string, act: () => Promise<string>): Promise<void> {
    this.#attempts++
    await this.#steps.take(name, async () => {
      const detail = await act()
      const { screen } = await this.hands(STOLEN, 'screen', null)
      if (screen?.kind === 'home') this.#usable++
      demandTrue(screen?.kind === 'stolen', `the phone shows ${screen?.kind ?? 'nothing'}`)
      return detail
    })
  }

  /** The code of the refusal. @throws {Refusal} wrong-state: nothing was refused */
  private async refused(act: string, body: unknown): Promise<string> {
    const { ok, refusal } = await this.hands(STOLEN, act, body)
    demandTrue(!ok && refusal !== undefined && refusal !== 'fatal', `${act} was not refused`)
    return refusal
  }

  private async takeImage(): Promise<string> {
    const { dir } = this.phone(STOLEN)
    const image = join(dir, '..', 'image-of-the-store')
    await this.hands(STOLEN, 'power', { on: false })
    await cp(join(dir, 'store'), image, { recursive: true })
    await this.hands(STOLEN, 'power', { on: true })
    await this.screen(STOLEN, 'home')
    return image
  }

  private async reboot(): Promise<void> {
    await this.hands(STOLEN, 'power', { on: false })
    const { screen } = await this.hands(STOLEN, 'power', { on: true })
    demandTrue(screen?.kind === 'stolen', `booted into ${screen?.kind ?? 'nothing'}`)
  }

  private phone(i: number) {
    const phone = this.#world.phones[i]
    if (!phone) throw new Refusal('unavailable', 'the story lacks a phone')
    return phone
  }

  private async ownerOf(i: number): Promise<Owner> {
    const { card, ownerKey } = this.phone(i)
    return new Owner(this.#world.registryUrl, card, await loadSigner(ownerKey))
  }

  private screen(i: number, kind: string): Promise<true> {
    return eventually(`phone ${i + 1} does not show ${kind}`, async () => {
      const { screen } = await this.hands(i, 'screen', null)
      return screen?.kind === kind ? true : null
    })
  }

  /** @param body bytes go as they are, anything else as JSON; null: a question */
  private async hands(i: number, act: string, body: unknown): Promise<HandsAnswer> {
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body)
    const init = body === null ? {} : { method: 'POST', body: bytes }
    const answer = await fetch(`${this.#world.phoneUrl(i)}/${act}`, init)
    return (await answer.json()) as HandsAnswer
  }
}

async function bundleOf(owner: Owner, reference: string, act: Act): Promise<Uint8Array> {
  const { bundles } = await owner.bundles(reference)
  const found = bundles.find((one) => one.act === act)
  if (!found) throw new Refusal('not-found', `no ${act} in this case`)
  return fromBase64(found.bundle)
}
