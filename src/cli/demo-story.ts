import { Refusal, parseImei14, type Imei14, type Signer } from '../core/index.ts'
import type { HandsAnswer } from '../device/index.ts'
import { OfficerDesk } from './clients/officer.ts'
import { Owner } from './clients/owner.ts'
import type { Constellation } from './constellation.ts'
import { loadSigner } from './files.ts'
import { RegisterProbe, Steps, demandTrue, type Step } from '../sim/index.ts'

/** What a demonstration's officers and force sign with. */
export interface Police {
  readonly first: OfficerDesk
  readonly second: OfficerDesk
  readonly force: Signer
}

const PATIENCE_MS = 15_000

export async function policeOf({
  files,
  registryUrl,
}: Pick<Constellation, 'files' | 'registryUrl'>): Promise<Police> {
  return {
    first: new OfficerDesk(registryUrl, await loadSigner(files.key('officer-1'))),
    second: new OfficerDesk(registryUrl, await loadSigner(files.key('officer-2'))),
    force: await loadSigner(files.key('force-order')),
  }
}

/** One theft, from the owner's report to the phone's return, through the real processes. */
export class Story {
  readonly #steps: Steps
  readonly #world: Constellation
  readonly #police: Police
  readonly #probe: RegisterProbe

  constructor(
    world: Constellation,
    police: Police,
    probe: RegisterProbe,
    tell: (step: Step) => void,
  ) {
    this.#world = world
    this.#police = police
    this.#probe = probe
    this.#steps = new Steps(tell)
  }

  async play(): Promise<boolean> {
    const [phone] = this.#world.phones
    if (!phone) throw new Refusal('unavailable', 'the demonstration has no phone')
    const imei = parseImei14(phone.imei)
    const owner = new Owner(this.#world.registryUrl, phone.card, await loadSigner(phone.ownerKey))
    const { first, second, force } = this.#police
    let reference = ''
    let caseId = ''

    await this.step('protected: the phone works and the network admits it', async () => {
      await this.screen('home')
      return this.attach('WHITELISTED')
    })
    await this.step(
      'reported with the recovery card: held, on the phone and at the register',
      async () => {
        reference = (await owner.report('theft')).reference
        await this.#probe.until(imei, 'GREYLISTED')
        await this.screen('held')
        return reference
      },
    )
    await this.step(
      'two officers and the force sign: stolen, blacklisted at the register',
      async () => {
        caseId = (await first.openCase({ crimeReference: 'DEMO/1', why: 'theft', reference })).id
        await first.propose(caseId)
        const index = await second.approve(await second.waiting(caseId, 'lock'), force)
        await this.#probe.until(imei, 'BLACKLISTED')
        return `entry ${index} of the public log`
      },
    )
    await this.step('the phone itself is a brick', () => this.screen('stolen'))
    await this.step('emergency calls still work, others do not', async () => {
      const emergency = await this.hands('call', { number: '112' })
      await this.hands('hang-up', {})
      const other = await this.hands('call', { number: '555' })
      demandTrue(emergency.ok && !other.ok, 'the dialler did not do what it must')
      return '112 connects'
    })
    await this.step('reset by recovery mode: activation is refused', async () => {
      await this.hands('reset', { how: 'recovery-wipe' })
      const answer = await this.hands('activate', {})
      demandTrue(
        answer.refusal === 'activation-refused',
        `expected activation-refused, got ${answer.refusal ?? 'nothing'}`,
      )
      return this.screen('stolen')
    })
    await this.step('the network refuses it, and police see where', async () => {
      await this.attach('BLACKLISTED')
      return this.sighting(caseId, ['attach', 'activation'])
    })
    await this.step('found by police: still refused everywhere', async () => {
      await first.found(caseId, 'EX/1', 'ZZ', force)
      await this.screen('recovered')
      demandTrue((await this.#probe.ask(imei)) === 'BLACKLISTED', 'a recovered phone was admitted')
      return 'recovered'
    })
    await this.step('released by police and owner together: works again', async () => {
      await first.release(caseId, 'returned', force)
      await owner.confirmRelease(reference)
      await this.#probe.until(imei, 'WHITELISTED')
      await this.screen('activation-needed')
      await this.hands('activate', {})
      await this.screen('home')
      return this.attach('WHITELISTED')
    })
    return this.#steps.allHold
  }

  get steps(): readonly Step[] {
    return this.#steps.taken
  }

  private step(name: string, act: () => Promise<string>): Promise<void> {
    return this.#steps.take(name, act)
  }

  private async screen(kind: string): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const { screen } = await this.hands('screen', null)
      if (screen?.kind === kind) return kind
      if (performance.now() > deadline)
        throw new Refusal('timeout', `the screen shows ${screen?.kind ?? 'nothing'}, not ${kind}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  private async attach(word: string): Promise<string> {
    const { attached } = await this.hands('attach', { edge: this.#world.edgeUrl, slot: 0 })
    demandTrue(
      attached?.answer === word,
      `the register said ${attached?.answer ?? 'nothing'}, expected ${word}`,
    )
    return word
  }

  private async sighting(caseId: string, hows: readonly string[]): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const { sightings } = await this.#police.first.case(caseId)
      const seen = hows.map((how) => sightings.find((sighting) => sighting.how === how))
      if (seen.every((sighting) => sighting !== undefined))
        return seen.map((sighting) => `${sighting?.how} in ${sighting?.country}`).join(', ')
      if (performance.now() > deadline) throw new Refusal('timeout', 'the sightings did not arrive')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  private async hands(act: string, body: unknown): Promise<HandsAnswer> {
    const init = body === null ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${this.#world.phoneUrl(0)}/${act}`, init)
    return (await answer.json()) as HandsAnswer
  }
}

/** Locks one phone nobody reported through the registry, and times signature → BLACKLISTED. */
export async function timeTheft(
  police: Police,
  probe: RegisterProbe,
  imei: Imei14,
  crime: string,
): Promise<number> {
  const { id } = await police.first.openCase({ crimeReference: crime, why: 'theft', imei })
  await police.first.propose(id)
  const draft = await police.second.waiting(id, 'lock')
  const start = performance.now()
  const approved = police.second.approve(draft, police.force)
  await probe.until(imei, 'BLACKLISTED')
  const ms = performance.now() - start
  await approved
  return ms
}

/** The value below which `share` of the sorted measurements lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
