import { demand, signDeviceCode, type Message, type WaitingAct } from '../core/index.ts'
import type { Accepted, PublicSale } from '../wire/index.ts'
import { activate } from './activate.ts'
import { DeviceLine, type DeviceLineOptions } from './device-line.ts'
import { enrol, type Enrolment } from './enrolment.ts'
import type { Screen } from './gate.ts'
import { Inside, type PhoneOptions } from './inside.ts'
import { receive, sync, type Synced } from './intake.ts'
import { takeOwner } from './ownership.ts'
import { UNASKED, attach, type Attached } from './radio.ts'
import { PhoneParts } from './parts/phone-parts.ts'
import type { SecureStore } from './secure-store.ts'
import {
  askFor,
  protect,
  resetFromMenu,
  stop,
  unprotect,
  type FirstFactor,
} from './waiting-acts.ts'

const NO_FACTOR: FirstFactor = { passcode: false, biometric: false }

interface RunningCall {
  readonly number: string
  /** The screen it began on: a gate that closes meanwhile is seen when the call ends. */
  readonly screen: Screen
}

/** The reference phone. It obeys what it has verified itself, and nothing and nobody else. */
export class Phone {
  readonly parts: PhoneParts
  readonly #inside: Inside
  #call: RunningCall | null = null

  constructor(options: PhoneOptions) {
    this.#inside = new Inside(options)
    this.parts = new PhoneParts(this.#inside)
  }

  /** Which kind of secure store this is; null when it is dead, or the phone off. */
  get storeKind(): SecureStore['kind'] | null {
    return this.#inside.memory.kind
  }

  /** Boots. Asks no network, no clock, no server. */
  powerOn(): Promise<void> {
    const inside = this.#inside
    return inside.memory.inTurn(async () => {
      if (!inside.isOn) await inside.switchOn()
    })
  }

  powerOff(): Promise<void> {
    const inside = this.#inside
    return inside.memory.inTurn(async () => {
      if (!inside.isOn) return
      this.#call = null
      await inside.switchOff()
    })
  }

  /** Null while switched off. */
  screen(): Screen | null {
    if (!this.#inside.isOn) return null
    return this.#call?.screen ?? this.#inside.gate()
  }

  /** What the glass shows for scanning: which phone this is. Null where the secure store cannot say. */
  async deviceCode(): Promise<string | null> {
    const inside = this.#inside
    const { memory } = inside
    if (memory.kind === null) return null
    const { store, known } = memory
    const { outstanding } = known.device
    const index = outstanding?.index ?? known.last?.index ?? null
    const sign = (message: Uint8Array) => store.sign(message)
    return signDeviceCode({ index, bootCount: inside.boot.count }, store.dak, sign)
  }

  /** Which words stand on the gate, should it ever close. @throws {Refusal} forbidden: the phone is not open; store */
  setMessage(message: Message): Promise<void> {
    const inside = this.#inside
    return inside.memory.inTurn(async () => {
      demand(inside.isFree, 'forbidden', 'only an open phone takes settings')
      await inside.memory.persist({ ...inside.memory.known, message })
    })
  }

  /** @throws {Refusal} forbidden: not an emergency number and the phone is not open; unavailable: off */
  call(number: string): void {
    this.#inside.demandOn()
    const screen = this.#inside.gate()
    demand(
      this.#inside.law.mayCall(number, screen.kind),
      'forbidden',
      `only emergency calls while ${screen.kind}`,
    )
    this.#call = { number, screen }
  }

  hangUp(): void {
    this.#call = null
  }

  /** The number being talked to. */
  get calling(): string | null {
    return this.#call?.number ?? null
  }

  /**
   * The owner opens a held phone until it is next switched off. Works offline (A60): both factors
   * are judged by the phone, here by whoever plays it. @throws {Refusal} wrong-state, proof-too-weak
   */
  unlock(factors: { readonly passcode: boolean; readonly biometric: boolean }): void {
    this.#inside.demandOn()
    const isHeld = this.#inside.gate().kind === 'held'
    demand(isHeld, 'wrong-state', 'only a held phone is opened this way')
    const both = factors.passcode && factors.biometric
    demand(both, 'proof-too-weak', 'expected the passcode and a second factor')
    this.#inside.open()
  }

  /** @throws {Refusal} a code of `verifyForDevice`; store; unavailable: switched off */
  receive(bundle: Uint8Array): Promise<Accepted> {
    return receive(this.#inside, bundle)
  }

  /** @throws {Refusal} a code of `verifySaleForDevice`; store; unavailable: switched off */
  takeOwner(proof: Uint8Array): Promise<PublicSale> {
    return takeOwner(this.#inside, proof)
  }

  /**
   * From the menu it takes a ticket, or protection switched off before. By recovery mode always
   * possible and useless: the lock is not in what it erases, and activation follows.
   * @throws {Refusal} reset-refused, proof-too-weak, second-factor-needed, reset-pending,
   * reset-cancelled, a code of `checkResetTicket` …
   */
  factoryReset(how: 'menu' | 'recovery-wipe', factor: FirstFactor = NO_FACTOR): Promise<void> {
    const inside = this.#inside
    if (how === 'menu') return resetFromMenu(inside, factor)
    return inside.memory.inTurn(async () => {
      await inside.activation.erase()
      inside.shut()
    })
  }

  /** Asks for an act that waits, with the first of its two factors. @throws as `askFor` */
  ask(act: WaitingAct, factor: FirstFactor): Promise<void> {
    return askFor(this.#inside, act, factor)
  }

  /** Stops what waits. @throws {Refusal} reset-refused, wrong-state, not-found … */
  stop(): Promise<void> {
    return stop(this.#inside)
  }

  /** Null while switched off, or where the store is unreadable. */
  get isProtected(): boolean | null {
    return this.#inside.memory.record?.isProtected ?? null
  }

  /** Reset protection off takes a ticket, on again nothing. @throws as `factoryReset`; store */
  setProtection(on: boolean, factor: FirstFactor = NO_FACTOR): Promise<void> {
    return on ? protect(this.#inside) : unprotect(this.#inside, factor)
  }

  /** @throws {Refusal} activation-refused, unavailable, timeout, a code of `verifySetUp` … */
  activate(): Promise<void> {
    return activate(this.#inside)
  }

  /** Asks for its orders and judges each. @throws {Refusal} unavailable, timeout, store … */
  sync(): Promise<Synced> {
    return sync(this.#inside)
  }

  /** A line on which this phone is told to ask, closed at first. */
  line(options: DeviceLineOptions): DeviceLine {
    return new DeviceLine(this.#inside, options)
  }

  /** @throws {Refusal} owner-key, log-unknown, identity-conflict, attestation-needed, imei-mismatch … */
  enrol(enrolment: Enrolment) {
    return enrol(this.#inside, enrolment)
  }

  /**
   * Asks to be let into a network, as the number of that slot; for an emergency nobody is asked.
   * @throws {Refusal} unavailable, store, not-found
   */
  async attach(edgeUrl: string, slot: number, emergency = false): Promise<Attached> {
    this.#inside.demandOn()
    if (emergency) return UNASKED
    const imei = this.#inside.memory.store.factory.imeis[slot]
    demand(imei !== undefined, 'not-found', `no SIM slot ${slot}`)
    return attach({ edgeUrl, imei })
  }
}
