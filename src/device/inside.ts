import {
  HOLD_SECONDS,
  Refusal,
  authoritiesFrom,
  demand,
  isWithin,
  readCertificate,
  type Authorities,
} from '../core/index.ts'
import type { Logger, Surroundings } from '../host/index.ts'
import { readTrust, type NoticeAnswer } from '../wire/index.ts'
import type { z } from 'zod'
import { Activation } from './activation.ts'
import { BootCounter } from './boot-counter.ts'
import { measure, type Boot } from './boot.ts'
import { fileStores } from './file-store.ts'
import type { Screen, WaitingNotice } from './gate.ts'
import { LAW, type Law } from './law.ts'
import { storageDir, storeDir } from './manufacture.ts'
import { Memory } from './memory.ts'
import { underNewest } from './obey.ts'
import { RegistryClient } from './registry-client.ts'
import { stateOf, type StoreRecord, type Stores } from './secure-store.ts'
import { Fitting } from './parts/fitting.ts'
import { fittedParts, type PartsIn } from './parts/part-files.ts'
import { UserStorage } from './user-storage.ts'
import { VERIFY } from './verify.ts'

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
  /** Of files, where none is given. */
  readonly stores?: Stores
  /** What sits in its places; of files, where none is given. */
  readonly partsIn?: PartsIn
  /** The law, where none is given. */
  readonly law?: Law
}

/** What everything a phone does works with: its memory, its registry, its gate, and whether it is on. */
export class Inside {
  readonly options: PhoneOptions
  readonly memory: Memory
  readonly activation: Activation
  readonly registry: RegistryClient
  readonly fitting: Fitting
  readonly law: Law
  readonly partsIn: PartsIn
  readonly verify = VERIFY
  readonly #boots: BootCounter
  #boot: Boot | null = null
  #isCounted = false
  #on = false
  #opened = false
  #notice: WaitingNotice | null = null
  /** Monotonic time of the later of boot and acceptance: what an uninterrupted run counts from. */
  #runsSince = 0

  constructor(options: PhoneOptions) {
    const { dir, surroundings, registryUrl, timeoutMs } = options
    const { stores = fileStores(surroundings.random), law = LAW } = options
    this.options = options
    this.law = law
    this.partsIn = options.partsIn ?? fittedParts
    this.memory = new Memory(() => stores.open(storeDir(dir)))
    this.#boots = new BootCounter(storeDir(dir))
    const { memory, verify, partsIn } = this
    const { random } = surroundings
    const storage = new UserStorage(storageDir(dir))
    const isMakers = () => this.#boot?.isMakers ?? false
    this.activation = new Activation({ storage, memory, random, isMakers })
    this.registry = new RegistryClient(registryUrl, timeoutMs)
    const { monotonic } = options
    this.fitting = new Fitting({ dir, memory, random, verify, law, partsIn, monotonic })
  }

  get isOn(): boolean {
    return this.#on
  }

  /** @throws {Refusal} unavailable: switched off */
  demandOn(): void {
    demand(this.#on, 'unavailable', 'the phone is switched off')
  }

  /** In the order of docs/spec/device-protocol.md §7: store, parts, image; then the boot key. */
  async switchOn(): Promise<void> {
    await this.memory.load()
    await this.#startBoot()
    await this.fitting.boot()
    await this.activation.look()
    this.#runsSince = this.options.monotonic()
    this.#on = true
  }

  async switchOff(): Promise<void> {
    this.#on = false
    this.#opened = false
    await this.keepLapse().catch((error: unknown) => this.warn('lapse not kept', error))
    await this.memory.close()
  }

  /** The owner's two factors fit, for as long as nothing new arrives. */
  open(): void {
    this.#opened = true
  }

  shut(): void {
    this.#opened = false
  }

  /** After an order: the gate is looked at again, and run time counts anew. */
  async settle(): Promise<void> {
    this.shut()
    this.#runsSince = this.options.monotonic()
    await this.activation.look()
  }

  gate(): Screen {
    const { record } = this.memory
    const lapsed = record && this.hasOutrun(record) ? { ...record, holdLapsed: true } : record
    const { refused } = this.fitting
    const screen = this.law.gate(lapsed, this.activation.stands, this.#opened, refused)
    return screen.kind === 'home' && this.#notice ? { ...screen, notice: this.#notice } : screen
  }

  /** The newest thing its owner is to be told of, as the registry said it last. */
  showNotice(notice: Omit<z.infer<typeof NoticeAnswer>, 'at'> | null): void {
    if (notice === null) this.#notice = null
    else {
      const { what, act, readyAt, text } = notice
      this.#notice = { what, act, until: readyAt, text }
    }
  }

  /** Whether nothing stands between its user and the phone. */
  get isFree(): boolean {
    const { record } = this.memory
    const open = this.#on && record !== null && this.gate().kind === 'home'
    return open && (stateOf(record).state === 'protected' || this.hasOutrun(record))
  }

  hasOutrun(record: StoreRecord): boolean {
    const ranMs = this.options.monotonic() - this.#runsSince
    return stateOf(record).state === 'held' && ranMs >= HOLD_SECONDS * 1000
  }

  /** Persists that 72 h of run time have ended the hold. @throws {Refusal} store */
  async keepLapse(): Promise<void> {
    const { record } = this.memory
    if (record && this.hasOutrun(record)) await this.memory.persist({ ...record, holdLapsed: true })
  }

  /** What the root decided since: kept whether or not anything else of an answer is any good. */
  async walk(roots: readonly Uint8Array[]): Promise<void> {
    const { known } = this.memory
    if (roots.length > 0) await this.memory.persist(underNewest(known, roots, this.verify))
  }

  /**
   * Whom these certificates lead to. Only the home's own registry sets a phone up or lets it be erased:
   * another country's has not seen its orders.
   */
  homeAuthorities(certificates: readonly Uint8Array[]): Authorities {
    const { known } = this.memory
    const { root } = readTrust(known.root, this.verify)
    const ours = certificates
      .map(readCertificate)
      .filter(({ cert }) => isWithin(cert.sub, known.home?.authority ?? cert.sub))
    return authoritiesFrom(root, ours, this.verify.es256)
  }

  /** What was started, and when it was counted. @throws {Refusal} store: a dead store measures nothing */
  get boot(): Boot {
    demand(this.#boot !== null, 'store', 'the secure store is dead')
    return this.#boot
  }

  attest(nonce: Uint8Array, owner?: Uint8Array): Promise<Uint8Array> {
    const { boot } = this
    const { store, known } = this.memory
    const { alive: parts, unbound } = this.fitting
    return store.attest({ nonce, record: known, boot, parts, unbound, ...(owner && { owner }) })
  }

  warn(what: string, error: unknown): void {
    const code = error instanceof Refusal ? error.code : 'fatal'
    this.options.logger.warn({ code }, what)
  }

  /**
   * Keeps the count of this boot, in one of its two places at least: before the registry hears a count, so
   * that no later boot repeats it. @throws {Refusal} store
   */
  async keepCount(): Promise<void> {
    if (this.#isCounted) return
    const { record } = this.memory
    const { count } = this.boot
    const isWritten = await this.#boots.write(count)
    try {
      if (record) await this.memory.persist({ ...record, bootCount: count })
    } catch (error) {
      if (!isWritten) throw error
    }
    demand(isWritten || record !== null, 'store', 'the boot could not be counted')
    this.#isCounted = true
  }

  /** A disk that takes no writes must not lock an honest phone out: it boots, and is counted later. */
  async #startBoot(): Promise<void> {
    const { kind, record } = this.memory
    this.#isCounted = false
    this.#boot = null
    if (kind === null) return
    const { dir, surroundings } = this.options
    const count = Math.max(record?.bootCount ?? 0, await this.#boots.read()) + 1
    const seed = surroundings.random(32)
    this.memory.bootCount = count
    this.#boot = { count, seed, ...(await measure(dir, this.memory.store.factory)) }
    await this.keepCount().catch((error: unknown) => this.warn('boot not counted', error))
  }
}
