import { Refusal, parseImei14, type Imei14, type Signer } from '../core/index.ts'
import type { HandsAnswer } from '../device/index.ts'
import { BORDERS_CAP_PER_HOUR, type BordersWorld, type Code } from './borders-world.ts'
import { OfficerDesk } from './clients/officer.ts'
import { Owner } from './clients/owner.ts'
import { loadSigner } from './files.ts'
import { RegisterProbe, Steps, demandTrue, eventually, type Step } from '../sim/index.ts'

/** Two officers and a force, at the desks of their own country's registry. */
interface Police {
  readonly first: OfficerDesk
  readonly second: OfficerDesk
  readonly force: Signer
  readonly key: Signer
}

/** Phones the story needs, all enrolled in XA. */
export const BORDERS_PHONES = 3
/** A phone nobody ever enrolled, of the test range. */
const UNENROLLED = parseImei14('00101701999999')

/** A phone enrolled in XA, stolen and locked by XB, found and released by XC. */
export class BordersStory {
  readonly #world: BordersWorld
  readonly #steps: Steps
  readonly #probes: ReadonlyMap<Code, RegisterProbe>

  constructor(world: BordersWorld, tell: (step: Step) => void) {
    this.#world = world
    this.#steps = new Steps(tell)
    this.#probes = new Map(
      world.countries.map(({ code, config }) => [
        code,
        new RegisterProbe(`http://127.0.0.1:${config.edgePort}`),
      ]),
    )
  }

  get steps(): readonly Step[] {
    return this.#steps.taken
  }

  close(): void {
    for (const probe of this.#probes.values()) probe.close()
  }

  async play(): Promise<boolean> {
    const [phone, second, third] = this.#world.phones
    if (!phone || !second || !third)
      throw new Refusal('unavailable', 'the story needs three phones')
    const imei = parseImei14(phone.imei)
    const home = this.#world.country('XA')
    const owner = new Owner(home.config.registryUrl, phone.card, await loadSigner(phone.ownerKey))
    const [xa, xb, xc] = [await this.police('XA'), await this.police('XB'), await this.police('XC')]
    const step = (name: string, act: () => Promise<string>) => this.#steps.take(name, act)
    let reference = ''
    let locked = { desk: xb.first, caseId: '' }
    let found = { desk: xc.first, caseId: '' }

    await step('enrolled in XA: admitted in all three countries', async () => {
      await this.screen('home')
      await this.attach('XC', 'WHITELISTED')
      return this.everywhere(imei, 'WHITELISTED')
    })
    await step('its owner reports it at home: grey in all three', async () => {
      reference = (await owner.report('theft')).reference
      return this.everywhere(imei, 'GREYLISTED')
    })
    await step("XB's registry does not know the phone and points to XA's", async () => {
      locked = await xb.first.openCaseAtHome({ crimeReference: 'XB/1', why: 'theft', imei })
      demandTrue(locked.desk.registryUrl === home.config.registryUrl, 'pointed elsewhere')
      return home.origin
    })
    await step(
      "two officers and the force of XB lock it in XA's log: black in all three",
      async () => {
        const [index, times] = await Promise.all([
          this.lock(xb, locked),
          this.everywhere(imei, 'BLACKLISTED'),
        ])
        return `${times} after it was proposed; entry ${index} of ${home.origin}`
      },
    )
    await step('the phone itself is a brick', () => this.screen('stolen'))
    await step("XC's network refuses it, and the police of XB see where", async () => {
      await this.attach('XC', 'BLACKLISTED')
      return this.sighting(locked, 'attach')
    })
    await step('reset by recovery mode in XC: activation is refused and seen', async () => {
      await this.hands('reset', { how: 'recovery-wipe' })
      const { refusal } = await this.hands('activate', {})
      demandTrue(refusal === 'activation-refused', `activation said ${refusal ?? 'yes'}`)
      await this.screen('stolen')
      return this.sighting(locked, 'activation')
    })
    await step("found by XC's force: still refused everywhere", async () => {
      found = await xc.first.openCaseAtHome({ crimeReference: 'XC/1', why: 'theft', imei })
      await found.desk.found(found.caseId, 'EX/1', 'XC', xc.force)
      await this.screen('recovered')
      return this.everywhere(imei, 'BLACKLISTED')
    })
    await step("XA's force, which neither locked nor found it, cannot release it", async () => {
      const { id } = await xa.first.openCase({ crimeReference: 'XA/1', why: 'theft', imei })
      return refused('signer-set', () => xa.first.release(id, 'returned', xa.force))
    })
    await step("released by XC's force and the owner: works in all three again", async () => {
      await found.desk.release(found.caseId, 'returned', xc.force)
      await owner.confirmRelease(reference)
      const times = await this.everywhere(imei, 'WHITELISTED')
      await this.screen('activation-needed')
      await this.hands('activate', {})
      await this.screen('home')
      await this.attach('XC', 'WHITELISTED')
      return times
    })
    await step(
      "XB's force has a tenth of its cap abroad: beyond it nothing is locked",
      async () => {
        const allowed = Math.ceil(BORDERS_CAP_PER_HOUR / 10)
        await this.lock(xb, await this.caseAbroad(xb, second.imei, 'XB/2'))
        const said = await refused('cap-exceeded', async () =>
          this.lock(xb, await this.caseAbroad(xb, third.imei, 'XB/3')),
        )
        await this.everywhere(parseImei14(third.imei), 'WHITELISTED')
        return `${allowed} of ${BORDERS_CAP_PER_HOUR} an hour; ${said}`
      },
    )
    await step('at home that cap is whole: XA locks the same phone', async () => {
      const about = { crimeReference: 'XA/2', why: 'theft', imei: third.imei } as const
      await this.lock(xa, await xa.first.openCaseAtHome(about))
      return this.everywhere(parseImei14(third.imei), 'BLACKLISTED')
    })
    await step("XA's registry is gone: XB locks an unenrolled number in its own log", async () => {
      await this.#world.loseRegistry('XA')
      const about = { crimeReference: 'XB/4', why: 'theft', imei: UNENROLLED } as const
      const here = await xb.first.openCaseAtHome(about)
      demandTrue(here.desk === xb.first, 'the case was opened elsewhere')
      await this.lock(xb, here)
      await this.everywhere(UNENROLLED, 'BLACKLISTED')
      return `also in XA's network; ${await this.everywhere(parseImei14(third.imei), 'BLACKLISTED')}`
    })
    return this.#steps.allHold
  }

  private async police(code: Code): Promise<Police> {
    const { config, files } = this.#world.country(code)
    const desk = async (name: string) =>
      new OfficerDesk(config.registryUrl, await loadSigner(files.key(name)))
    return {
      first: await desk('officer-1'),
      second: await desk('officer-2'),
      force: await loadSigner(files.key('force-order')),
      key: await loadSigner(files.key('officer-2')),
    }
  }

  private caseAbroad(police: Police, imei: string, crimeReference: string) {
    return police.first.openCaseAtHome({ crimeReference, why: 'theft', imei })
  }

  /** Both officers' and the force's signatures, at the registry where the case is. */
  private async lock(
    police: Police,
    at: { readonly desk: OfficerDesk; readonly caseId: string },
  ): Promise<number> {
    await at.desk.propose(at.caseId)
    const second = new OfficerDesk(at.desk.registryUrl, police.key)
    return second.approve(await second.waiting(at.caseId, 'lock'), police.force)
  }

  /** Waits until every country's register says `word`; how long each took. */
  private async everywhere(imei: Imei14, word: string): Promise<string> {
    const times = await Promise.all(
      [...this.#probes].map(async ([code, probe]) => {
        const ms = Math.round(await probe.until(imei, word))
        return `${code} ${ms} ms`
      }),
    )
    return `${word} ${times.join(', ')}`
  }

  private screen(kind: string): Promise<string> {
    return eventually(`the screen does not show ${kind}`, async () => {
      const { screen } = await this.hands('screen', null)
      return screen?.kind === kind ? kind : null
    })
  }

  private async attach(code: Code, word: string): Promise<void> {
    const edge = `http://127.0.0.1:${this.#world.country(code).config.edgePort}`
    const { attached } = await this.hands('attach', { edge, slot: 0 })
    demandTrue(attached?.answer === word, `the register said ${attached?.answer ?? 'nothing'}`)
  }

  private sighting(
    at: { readonly desk: OfficerDesk; readonly caseId: string },
    how: string,
  ): Promise<string> {
    return eventually('the sighting did not arrive', async () => {
      const { sightings } = await at.desk.case(at.caseId)
      const seen = sightings.find((sighting) => sighting.how === how && sighting.country === 'XC')
      return seen ? `${how} in ${seen.country}, network ${seen.network ?? 'none'}` : null
    })
  }

  private async hands(act: string, body: unknown): Promise<HandsAnswer> {
    const init = body === null ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${this.#world.phoneUrl}/${act}`, init)
    return (await answer.json()) as HandsAnswer
  }
}

/** What was said when it was refused with this code, and with no other. */
async function refused(code: string, act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
  } catch (error) {
    if (error instanceof Refusal && error.code === code) return `${code}: ${error.message}`
    throw error
  }
  throw new Refusal('wrong-state', `expected ${code}, but it was done`)
}
