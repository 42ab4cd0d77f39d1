import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, demand, encodeOrigin, fromBase64, toBase64 } from '../../core/index.ts'
import {
  PROTOCOL,
  type Answer,
  type Ask,
  type Feature,
  type Request,
} from '../../conformance/index.ts'
import { giveOrigin, glassOf, languageOf, type Phone, type Screen } from '../../device/index.ts'
import { es256FromPem } from '../../host/index.ts'
import { Handset } from './handset.ts'
import type { PhoneParts, Surrounds } from './broken/parts.ts'

export interface AdapterOptions {
  /** Where its phones lie; a RAM disk will do: power is cut at the calls, not at the disk. */
  readonly folder: string
  readonly version: string
  readonly name?: string
  /** What is broken about its phones. */
  readonly partsFor?: (surrounds: Surrounds) => PhoneParts
}

const FEATURES: readonly Feature[] = [
  ...(['image-reach', 'second-imei', 'storage-reach', 'store-reach', 'write-cut'] as const),
  ...(['parts', 'places'] as const),
]

type Extra = Partial<Answer>

/** Drives the reference phone as the suite asks, and says what is on its glass after each thing. */
export class Adapter {
  readonly #options: AdapterOptions
  #handset: Handset | null = null
  #clock = 0
  #isHome = false
  #hasSms = false

  constructor(options: AdapterOptions) {
    this.#options = options
  }

  /** The answer to one question. Never throws: what is no refusal is answered as `fatal`. */
  async answer(request: Request): Promise<object> {
    const { seq } = request
    if (request.do === 'start') return this.#started(seq)
    let refusal: string | null = null
    let extra: Extra = {}
    try {
      extra = (await this.#do(request)) ?? {}
    } catch (error) {
      refusal = error instanceof Refusal ? error.code : 'fatal'
    }
    if (this.#handset?.fellToCut()) extra = { ...extra, cut: true }
    return { seq, refusal, ...this.#look(), ...extra } satisfies Answer
  }

  async close(): Promise<void> {
    await this.#handset?.scrap()
    this.#handset = null
  }

  #started(seq: number) {
    const { name = 'stolen-mode reference phone', version } = this.#options
    const implementation = { name, version, store: 'file' }
    return { seq, protocol: PROTOCOL, implementation, features: FEATURES }
  }

  #look(): Pick<Answer, 'screen' | 'calling'> {
    const phone = this.#handset?.phone
    const screen = phone?.screen() ?? null
    return { screen: screen && shown(screen), calling: phone?.calling ?? null }
  }

  get #held(): Handset {
    demand(this.#handset !== null, 'not-found', 'no phone was made')
    return this.#handset
  }

  async #do(ask: Ask): Promise<Extra | void> {
    if (ask.do === 'make') return this.#make(ask)
    if (ask.do === 'stop') return this.close()
    const handset = this.#held
    const { phone } = handset
    this.#hasSms = 'sms' in ask && ask.sms
    switch (ask.do) {
      case 'power':
        return handset.switchTo(ask.to)
      case 'enrol':
        return enrol(handset, ask)
      case 'activate':
        return phone.activate()
      case 'sync':
        await phone.sync()
        return phone.parts.fetchListIfDue()
      case 'deliver':
        await phone.receive(fromBase64(ask.bundle))
        return
      case 'hand-over':
        await phone.takeOwner(fromBase64(ask.sale))
        return
      case 'reset':
        return phone.factoryReset(ask.how === 'menu' ? 'menu' : 'recovery-wipe', ask)
      case 'ask':
        return phone.ask(ask.act, ask)
      case 'stop-waiting':
        return phone.stop()
      case 'protection':
        return phone.setProtection(ask.on, ask)
      case 'unlock':
        return phone.unlock(ask)
      case 'call':
        return phone.call(ask.number)
      case 'hang-up':
        return phone.hangUp()
      case 'attach': {
        const { admitted } = await phone.attach(handset.make.register, ask.slot, ask.emergency)
        return { admitted }
      }
      case 'run':
        return handset.run(ask.seconds)
      case 'clock':
        this.#clock = ask.at
        return
      case 'keep':
        demand(phone.screen()?.kind === 'home', 'forbidden', 'the user is not let in')
        return handset.keep(ask.text)
      case 'read':
        demand(phone.screen()?.kind === 'home', 'forbidden', 'the user is not let in')
        return { text: await handset.read() }
      case 'fit':
        return handset.bench.fit(ask)
      case 'pair':
        return phone.parts.pair(ask.type, ask.release ? fromBase64(ask.release) : null)
      case 'give': {
        const release = await phone.parts.release([ask.type], es256FromPem(ask.owner))
        return { release: toBase64(release) }
      }
      case 'part-list':
        return phone.parts.takeList(fromBase64(ask.list))
      case 'glass':
        return glass(phone, ask.language)
      case 'place':
        this.#isHome = ask.home
        return
      case 'thief':
        return handset.suffer(ask.move, ask.imei)
      case 'cut':
        return handset.cutAfter(ask.writes)
    }
  }

  async #make(make: Extract<Ask, { readonly do: 'make' }>): Promise<Extra> {
    await this.close()
    const { folder, partsFor = () => ({}) } = this.#options
    const home = await mkdtemp(join(folder, 'phone-'))
    this.#isHome = false
    const around = { isHome: () => this.#isHome, hasSms: () => this.#hasSms }
    const clock = () => this.#clock
    this.#handset = await Handset.make({ home, make, clock, around, partsFor })
    const { keyText: key, made } = this.#handset
    const parts = made.map(([type, print]) => ({ type, thumbprint: toBase64(print) }))
    return { key, parts }
  }
}

/** What the maker gave along goes to the registry, and into the parts. */
async function enrol(
  { phone, made, dir }: Handset,
  { model, owner, index, ...maker }: Extract<Ask, { readonly do: 'enrol' }>,
): Promise<void> {
  const statement = fromBase64(maker.statement)
  const record = fromBase64(maker.record)
  const path = maker.path.map(fromBase64)
  const ownerKey = es256FromPem(owner)
  await phone.enrol({ statement, record, index, path, model, ownerKey })
  const origin = encodeOrigin({ kind: 'made', statement, record, index, path })
  await Promise.all(made.map(([type]) => giveOrigin(dir, type, origin)))
}

async function glass(phone: Phone, language: string): Promise<Extra> {
  const screen = phone.screen()
  const shown = screen && glassOf(screen, languageOf(language))
  if (!shown) return { lines: [], code: null }
  const { title, message, lines, contact, emergency } = shown
  const reach = contact ? [`${contact.label}: ${contact.tel} ${contact.url}`] : []
  const calls = `${emergency.label}: ${emergency.numbers.join(', ')}`
  const all = [title, ...(message ? [message] : []), ...lines, ...reach, calls]
  return { lines: all, code: await phone.deviceCode() }
}

/** What the suite asks about of a screen; what else stands there is the phone's own. */
function shown(screen: Screen): NonNullable<Answer['screen']> {
  if (screen.kind === 'activation-needed') return { kind: screen.kind }
  if (screen.kind === 'restricted') return { kind: screen.kind, parts: [...screen.parts] }
  if (screen.kind === 'home')
    return { kind: screen.kind, ...(screen.notice && { notice: screen.notice.text }) }
  const { kind, authority, index, until } = screen
  return { kind, authority, index, until, appeal: glassOf(screen, 'en')!.lines.join(' ') }
}
