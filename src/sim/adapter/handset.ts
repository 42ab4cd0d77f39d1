import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  PART_TYPES,
  coseKey,
  encodeCbor,
  fromBase64,
  toBase64,
  type MadePart,
  type PublicKey,
} from '../../core/index.ts'
import type { Ask, Move } from '../../conformance/index.ts'
import {
  LAW,
  Phone,
  fileStores,
  imagePath,
  manufacture,
  storageDir,
  storeDir,
  type PhoneOptions,
} from '../../device/index.ts'
import { machine, makeLogger, type Surroundings } from '../../host/index.ts'
import type { PhoneParts, Surrounds } from './broken/parts.ts'
import { DIARY, MODEM_MEMORY } from './places.ts'
import { PartBench } from './part-bench.ts'
import { PowerCut } from './power-cut.ts'

export type Make = Extract<Ask, { readonly do: 'make' }>

/** One phone under test: real software on real files, in the hand of whoever the suite plays. */
export class Handset {
  readonly key: Uint8Array
  readonly make: Make
  /** The parts it was made with. */
  readonly made: readonly MadePart[]
  readonly bench: PartBench
  readonly #home: string
  readonly dir: string
  readonly #parts: PhoneParts
  readonly #options: PhoneOptions
  #phone: Phone | null = null
  /** Watches the phone's writes from the moment a cut is asked for. */
  #power: PowerCut | null = null
  #ranMs: { value: number }

  private constructor(parts: {
    home: string
    make: Make
    key: PublicKey
    made: readonly MadePart[]
    bench: PartBench
    parts: PhoneParts
    options: PhoneOptions
    ran: { value: number }
  }) {
    this.key = encodeCbor(coseKey(parts.key))
    this.make = parts.make
    this.made = parts.made
    this.bench = parts.bench
    this.#home = parts.home
    this.dir = parts.options.dir
    this.#parts = parts.parts
    this.#options = parts.options
    this.#ranMs = parts.ran
  }

  /** From the factory, into an empty folder. `clock`: what the phone's own clock shows, Unix seconds. */
  static async make(options: {
    readonly home: string
    readonly make: Make
    readonly clock: () => number
    readonly around: Pick<Surrounds, 'isHome' | 'hasSms'>
    readonly partsFor: (surrounds: Surrounds) => PhoneParts
  }): Promise<Handset> {
    const { home, make, clock, around } = options
    const dir = join(home, 'phone')
    const surroundings: Surroundings = { ...machine, clock: () => clock() * 1000 }
    const stores = fileStores(surroundings.random)
    const ran = { value: 0 }
    const parts = options.partsFor({
      dir,
      clock,
      ...around,
      ran: () => ran.value / 1000,
      registryUrl: make.registry,
      stores,
    })
    const root = fromBase64(make.root)
    const { imeis, serial } = make
    const types = { parts: PART_TYPES }
    const factory = { dir, imeis, serial, root, surroundings, stores, ...types }
    const { dak, parts: made } = await manufacture(factory)
    const bench = new PartBench(dir, join(home, 'shelf'))
    const phone: PhoneOptions = {
      dir,
      registryUrl: make.registry,
      country: make.country,
      surroundings,
      monotonic: () => ran.value,
      logger: makeLogger('phone', 'silent'),
      stores: parts.stores ?? stores,
      partsIn: bench.partsIn,
      law: { ...LAW, ...parts.law },
    }
    return new Handset({ home, make, key: dak, made, bench, parts, options: phone, ran })
  }

  /** @throws {Refusal} unavailable: switched off */
  get phone(): Phone {
    this.#phone ??= (this.#parts.phone ?? ((options) => new Phone(options)))(this.#options)
    return this.#phone
  }

  /** A cut that was asked for and did not come is over with it. */
  async switchTo(to: 'on' | 'off' | 'pull'): Promise<void> {
    this.#restorePower()
    if (to === 'on') return this.phone.powerOn()
    if (to === 'off') await this.phone.powerOff()
    // What was in memory is gone, and the next boot reads everything from the files.
    this.#phone = null
  }

  run(seconds: number): void {
    this.#ranMs.value += seconds * 1000
  }

  cutAfter(writes: number): void {
    this.#power?.remove()
    this.#power = new PowerCut(this.dir, writes)
  }

  /** Whether the power that was to fail has failed; then it is back, and the phone off. */
  fellToCut(): boolean {
    if (!this.#power?.isGone) return false
    this.#restorePower()
    this.#phone = null
    return true
  }

  keep(text: string): Promise<void> {
    return writeFile(this.#diary, text)
  }

  async read(): Promise<string | null> {
    return readFile(this.#diary, 'utf8').catch(() => null)
  }

  async suffer(move: Move, imei: string | undefined): Promise<void> {
    const record = join(storeDir(this.dir), 'record')
    const storage = storageDir(this.dir)
    const copies = { store: join(this.#home, 'store'), storage: join(this.#home, 'storage') }
    switch (move) {
      case 'store-delete':
        return rm(record, { force: true })
      case 'store-empty':
        return truncate(record)
      case 'store-shorten':
        return truncate(record, 40)
      case 'store-flip':
        return flip(record)
      case 'store-copy':
        return copy(storeDir(this.dir), copies.store)
      case 'store-put-back':
        return copy(copies.store, storeDir(this.dir))
      case 'storage-copy':
        return copy(storage, copies.storage)
      case 'storage-put-back':
        return copy(copies.storage, storage)
      case 'storage-forge':
        return writeFile(join(storage, 'boot-key'), machine.random(60))
      case 'image-flash':
        return writeFile(imagePath(this.dir), machine.random(64))
      case 'imei-write':
        return writeFile(join(storeDir(this.dir), MODEM_MEMORY), imei ?? '')
    }
  }

  get keyText(): string {
    return toBase64(this.key)
  }

  /** Switched off for ever, with all its files. */
  async scrap(): Promise<void> {
    this.#restorePower()
    await this.#phone?.powerOff()
    this.#phone = null
    await rm(this.#home, { recursive: true, force: true })
  }

  #restorePower(): void {
    this.#power?.remove()
    this.#power = null
  }

  get #diary(): string {
    return join(storageDir(this.dir), DIARY)
  }
}

async function copy(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await cp(from, to, { recursive: true })
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path)
  const last = bytes.length - 1
  bytes[last] = bytes[last]! ^ 1
  await writeFile(path, bytes)
}
