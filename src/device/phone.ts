import {
  HOLD_SECONDS,
  Refusal,
  authoritiesFrom,
  checkStatusToken,
  demand,
  equal,
  fromBase64,
  isWithin,
  readCertificate,
  thumbprint,
  type RefusalCode,
} from '../core/index.ts'
import { nodeVerifiers, type Logger, type Surroundings } from '../host/index.ts'
import { readTrust, verifyForDevice, type Accepted } from '../wire/index.ts'
import { Activation } from './activation.ts'
import { enrolmentRequest, type Enrolment } from './enrolment.ts'
import { openFileStore } from './file-store.ts'
import { gate, mayCall, type Screen } from './gate.ts'
import { storageDir, storeDir } from './manufacture.ts'
import { Memory } from './memory.ts'
import { obey, underNewest } from './obey.ts'
import { UNASKED, attach, type Attached } from './radio.ts'
import { RegistryClient } from './registry-client.ts'
import { stateOf, type Home, type StoreRecord } from './secure-store.ts'
import { UserStorage } from './user-storage.ts'

export interface PhoneOptions {
  /** What `manufacture` filled. */
  readonly dir: string
  readonly registryUrl: string
  /** Country the phone believes it is in, two letters. */
  readonly country: string
  /** Randomness for keys. Its clock is never read: a phone's own clock decides nothing. */
  readonly surroundings: Surroundings
  /** Milliseconds that only ever rise while the phone is on. */
  readonly monotonic: () => number
  readonly logger: Logger
  /** Milliseconds until an unanswered question to the registry counts as refused. */
  readonly timeoutMs?: number
}

export interface Synced {
  /** Orders obeyed. */
  readonly obeyed: number
  readonly refused: readonly RefusalCode[]
}

interface RunningCall {
  readonly number: string
  /** The screen it began on: a gate that closes meanwhile is seen when the call ends. */
  readonly screen: Screen
}

/** The reference phone. It obeys what it has verified itself, and nothing and nobody else. */
export class Phone {
  readonly #options: PhoneOptions
  readonly #memory: Memory
  readonly #activation: Activation
  readonly #registry: RegistryClient
  readonly #verify = nodeVerifiers()
  #on = false
  #opened = false
  /** Monotonic time of the later of boot and acceptance: what an uninterrupted run counts from. */
  #runsSince = 0
  #call: RunningCall | null = null

  constructor(options: PhoneOptions) {
    const { dir, surroundings, registryUrl, timeoutMs } = options
    this.#options = options
    this.#memory = new Memory(() => openFileStore(storeDir(dir), surroundings.random))
    const storage = new UserStorage(storageDir(dir))
    this.#activation = new Activation(storage, this.#memory, surroundings.random)
    this.#registry = new RegistryClient(registryUrl, timeoutMs)
  }

  /** Which kind of secure store this is; null when it is dead, or the phone off. */
  get storeKind(): 'file' | null {
    return this.#memory.kind
  }

  /** Boots. Asks no network, no clock, no server. */
  powerOn(): Promise<void> {
    return this.#memory.inTurn(async () => {
      if (this.#on) return
      await this.#memory.load()
      await this.#countBoot()
      await this.#activation.look()
      this.#runsSince = this.#options.monotonic()
      this.#on = true
    })
  }

  powerOff(): Promise<void> {
    return this.#memory.inTurn(async () => {
      if (!this.#on) return
      this.#on = false
      this.#opened = false
      this.#call = null
      await this.#keepLapse().catch((error: unknown) => this.#warn('lapse not kept', error))
    })
  }

  /** Null while switched off. */
  screen(): Screen | null {
    if (!this.#on) return null
    return this.#call?.screen ?? this.#gate()
  }

  /** @throws {Refusal} forbidden: not an emergency number and the phone is not open; unavailable: off */
  call(number: string): void {
    this.#demandOn()
    const { kind } = this.#gate()
    demand(mayCall(number, kind), 'forbidden', `only emergency calls while ${kind}`)
    this.#call = { number, screen: this.#gate() }
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
    this.#demandOn()
    demand(this.#gate().kind === 'held', 'wrong-state', 'only a held phone is opened this way')
    const both = factors.passcode && factors.biometric
    demand(both, 'proof-too-weak', 'expected the passcode and a second factor')
    this.#opened = true
  }

  /**
   * Judges a bundle and, if it is good, obeys: persisted first, then obeyed, then acknowledged.
   * @throws {Refusal} a code of `verifyForDevice`; store; unavailable: switched off
   */
  receive(bundle: Uint8Array): Promise<Accepted> {
    return this.#memory.inTurn(async () => {
      this.#demandOn()
      const { store, known } = this.#memory
      const accepted = verifyForDevice(bundle, readTrust(known.root, this.#verify), {
        dak: thumbprint(store.dak),
        device: known.device,
        owner: known.owner,
        now: known.now,
        treeSize: known.treeSize,
        home: known.home?.log ?? null,
      })
      await this.#memory.persist(obey(known, bundle, accepted))
      this.#opened = false
      this.#runsSince = this.#options.monotonic()
      await this.#activation.look()
      const { order, index } = accepted
      this.#options.logger.info({ act: order.act, authority: order.auth, index }, 'obeyed')
      return accepted
    })
  }

  /**
   * From the menu, refused unless the phone is open and protected; by recovery mode always possible
   * and useless: the lock is not in what it erases, and activation follows.
   * @throws {Refusal} reset-refused
   */
  factoryReset(how: 'menu' | 'recovery-wipe'): Promise<void> {
    return this.#memory.inTurn(async () => {
      if (how === 'menu') this.#demandResettable()
      await this.#activation.erase()
      this.#opened = false
    })
  }

  /**
   * Asks for a status token, the only way back from a reset. Fails closed: whatever goes wrong, the
   * phone stays at the gate. A refusal brings the bundles that say why.
   * @throws {Refusal} activation-refused, unavailable, timeout, a code of `checkStatusToken` …
   */
  async activate(): Promise<void> {
    try {
      await this.#activateOnce()
    } catch (error) {
      const code = error instanceof Refusal ? error.code : null
      if (code !== 'activation-refused' && code !== 'counter-went-back') throw error
      await this.#trySync()
      if (code === 'activation-refused') throw error
      await this.#activateOnce() // device.md §4: missing bundles are sent, then again
    }
    await this.#trySync()
  }

  /** Asks for its orders and judges each. @throws {Refusal} unavailable, timeout, store … */
  async sync(): Promise<Synced> {
    this.#demandOn()
    await this.#memory.inTurn(() => this.#keepLapse())
    const nonce = await this.#registry.nonce()
    const { roots, bundles } = await this.#registry.status(this.#attest(nonce))
    await this.#memory.inTurn(() => this.#walk(roots))
    const refused: RefusalCode[] = []
    for (const bundle of bundles) {
      try {
        await this.receive(fromBase64(bundle))
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        this.#warn('bundle refused', error)
        refused.push(error.code)
      }
    }
    return { obeyed: bundles.length - refused.length, refused }
  }

  /**
   * @throws {Refusal} owner-key: it has another owner · log-unknown, identity-conflict: it is at home
   * elsewhere · attestation-needed, imei-mismatch, unavailable …
   */
  async enrol(enrolment: Enrolment) {
    this.#demandOn()
    const { ownerKey } = enrolment
    const owner = ownerKey && thumbprint(ownerKey.key)
    const before = this.#memory.known.owner
    const same = !owner || before === null || equal(owner, before)
    demand(same, 'owner-key', 'this phone has another owner')
    const nonce = await this.#registry.nonce()
    const eat = this.#attest(nonce, owner)
    const device = thumbprint(this.#memory.store.dak)
    const request = enrolmentRequest(enrolment, { eat, nonce, device })
    const answer = await this.#registry.enrol(request)
    await this.#memory.inTurn(() => this.#settle(answer.home, owner))
    return answer
  }

  /** Once at home in a log, always: else a second enrolment elsewhere would undo the orders of the first. */
  async #settle(home: Home, owner: Uint8Array | undefined): Promise<void> {
    const { known } = this.#memory
    const { plain } = readTrust(known.root, this.#verify)
    const isKnown = plain.logs.some(({ key }) => key.name === home.log)
    demand(isKnown, 'log-unknown', 'enrolled in a log that the root document does not name')
    const before = known.home ?? home
    const isSame = before.log === home.log && before.authority === home.authority
    demand(isSame, 'identity-conflict', 'this phone is at home in another log')
    await this.#memory.persist({ ...known, home, ...(owner && { owner }) })
  }

  /**
   * Asks to be let into a network, as the number of that slot; for an emergency nobody is asked.
   * @throws {Refusal} unavailable, store, not-found
   */
  async attach(edgeUrl: string, slot: number, emergency = false): Promise<Attached> {
    this.#demandOn()
    if (emergency) return UNASKED
    const imei = this.#memory.store.factory.imeis[slot]
    demand(imei !== undefined, 'not-found', `no SIM slot ${slot}`)
    return attach({ edgeUrl, imei })
  }

  async #activateOnce(): Promise<void> {
    this.#demandOn()
    const nonce = await this.#registry.nonce()
    const answer = await this.#registry.activate(this.#attest(nonce), this.#options.country)
    await this.#memory.inTurn(async () => {
      this.#demandOn()
      await this.#walk(answer.roots)
      const { store, known } = this.#memory
      // Only the home's own registry sets a phone up: another country's has not seen its orders.
      const certificates = answer.certificates
        .map(readCertificate)
        .filter(({ cert }) => isWithin(cert.sub, known.home?.authority ?? cert.sub))
      const { root } = readTrust(known.root, this.#verify)
      checkStatusToken(
        answer.token,
        authoritiesFrom(root, certificates, this.#verify.es256),
        {
          dak: thumbprint(store.dak),
          nonce,
          ctr: known.device.ctr,
          treeSize: known.treeSize,
          now: known.now,
        },
        this.#verify.es256,
      )
      // The token sets up, and does nothing else: state and counter move by orders alone.
      await this.#activation.setUp()
      this.#options.logger.info('activated')
    })
  }

  /** What the root decided since: kept whether or not anything else of the answer is any good. */
  async #walk(roots: readonly Uint8Array[]): Promise<void> {
    const { known } = this.#memory
    if (roots.length > 0) await this.#memory.persist(underNewest(known, roots, this.#verify))
  }

  /** A disk that takes no writes must not lock an honest phone out: the registry sees the repeated count. */
  async #countBoot(): Promise<void> {
    const { record } = this.#memory
    if (record === null) return
    try {
      await this.#memory.persist({ ...record, bootCount: record.bootCount + 1 })
    } catch (error) {
      this.#warn('boot not counted', error)
    }
  }

  /** Persists that 72 h of run time have ended the hold. @throws {Refusal} store */
  async #keepLapse(): Promise<void> {
    const { record } = this.#memory
    if (record && this.#hasOutrun(record))
      await this.#memory.persist({ ...record, holdLapsed: true })
  }

  #hasOutrun(record: StoreRecord): boolean {
    const ranMs = this.#options.monotonic() - this.#runsSince
    return stateOf(record).state === 'held' && ranMs >= HOLD_SECONDS * 1000
  }

  #gate(): Screen {
    const { record } = this.#memory
    const lapsed = record && this.#hasOutrun(record) ? { ...record, holdLapsed: true } : record
    return gate(lapsed, this.#activation.stands, this.#opened)
  }

  #demandResettable(): void {
    const { record } = this.#memory
    const open = this.#on && record !== null && this.#gate().kind === 'home'
    const free = open && (stateOf(record).state === 'protected' || this.#hasOutrun(record))
    demand(free, 'reset-refused', 'only an open, protected phone resets itself')
  }

  #demandOn(): void {
    demand(this.#on, 'unavailable', 'the phone is switched off')
  }

  #attest(nonce: Uint8Array, owner?: Uint8Array): Uint8Array {
    const { store, known } = this.#memory
    return store.attest({ nonce, record: known, ...(owner && { owner }) })
  }

  async #trySync(): Promise<void> {
    try {
      await this.sync()
    } catch (error) {
      this.#warn('no sync', error)
    }
  }

  #warn(what: string, error: unknown): void {
    const code = error instanceof Refusal ? error.code : 'fatal'
    this.#options.logger.warn({ code }, what)
  }
}
