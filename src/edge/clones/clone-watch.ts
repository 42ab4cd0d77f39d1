import {
  MAX_CLONE_PLACES,
  concat,
  toHex,
  utf8,
  type CloneSignal,
  type Imei14,
  type SeenIn,
  type TravelSeconds,
} from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { DayMemory } from './day-memory.ts'
import type { MemoryOptions, PhoneCheck } from './recent-attaches.ts'

export interface CloneWatchOptions extends MemoryOptions {
  readonly random: (length: number) => Uint8Array
  readonly travelSeconds: TravelSeconds
  readonly onSignal: (signal: CloneSignal) => void
}

/** What was seen of one number within an hour. */
interface Worn {
  readonly subscribers: readonly string[]
  /** Networks, newest first. Lists, since nearly every phone has one of each. */
  readonly places: readonly SeenIn[]
}

const NOTHING: Worn = { subscribers: [], places: [] }

/** A phone that changes hands has two subscribers in a day, sometimes three. Each doubling is news. */
const isTelling = (subscribers: number) =>
  subscribers >= 4 && Number.isInteger(Math.log2(subscribers))

const MAX_SUBSCRIBERS = 64
const MAX_LISTED = 100_000
/** Some 300 bytes each. */
const MAX_OTHERS = 500_000

/**
 * The clone signal (the method of ITU-T Q.5052): one number under many subscribers, or in networks too
 * far apart in time. For listed numbers always, for others where the operator remembers attaches.
 * Subscribers are told apart by a hash under a key that lives as long as the process.
 */
export class CloneWatch {
  readonly #options: CloneWatchOptions
  readonly #key: Uint8Array
  readonly #listed: DayMemory<Worn>
  readonly #others: DayMemory<Worn>

  constructor(options: CloneWatchOptions) {
    this.#options = options
    this.#key = options.random(32)
    this.#listed = new DayMemory(MAX_LISTED, options.clock)
    this.#others = new DayMemory(MAX_OTHERS, options.clock)
  }

  /** A phone was asked about, whatever the answer. */
  note({ imei14, imsi, asker }: PhoneCheck, isListed: boolean): void {
    const { isOn, clock, travelSeconds } = this.#options
    if (!isListed && !isOn) return
    const memory = isListed ? this.#listed : this.#others
    const hour = memory.here(imei14) ?? NOTHING
    const day = this.day(imei14)
    const newcomer = imsi === null ? null : this.newcomer(imsi, hour)
    const at = Math.floor(clock() / 1000)
    const { country, network } = asker
    const elsewhere = hour.places.filter((place) => place.network !== network)
    memory.note(imei14, {
      subscribers: newcomer === null ? hour.subscribers : [...hour.subscribers, newcomer],
      places: [{ country, network, at }, ...elsewhere.slice(0, MAX_CLONE_PLACES - 1)],
    })
    const isNew = newcomer !== null && !day.some((worn) => worn.subscribers.includes(newcomer))
    if (isNew && isTelling(this.subscribersOf(imei14))) this.tell(imei14, 'subscribers')
    if (elsewhere.length < hour.places.length) return // this network was judged within this hour
    const isTooFar = day.some((worn) =>
      worn.places.some((one) => Math.abs(at - one.at) < travelSeconds(one, asker)),
    )
    if (isTooFar) this.tell(imei14, 'travel')
  }

  /** Drops what is a day old, where nobody asks. */
  sweep(): void {
    this.#listed.sweep()
    this.#others.sweep()
  }

  /** A name for this subscriber, if it is one more in this hour. */
  private newcomer(imsi: string, { subscribers }: Worn): string | null {
    if (subscribers.length >= MAX_SUBSCRIBERS) return null
    const hash = sha256Fast(concat(this.#key, utf8(imsi)))
    const name = toHex(hash.subarray(0, 8))
    return subscribers.includes(name) ? null : name
  }

  private day(imei14: Imei14): readonly Worn[] {
    return [...this.#listed.recall(imei14), ...this.#others.recall(imei14)]
  }

  private subscribersOf(imei14: Imei14): number {
    return new Set(this.day(imei14).flatMap((worn) => worn.subscribers)).size
  }

  private tell(imei14: Imei14, why: CloneSignal['why']): void {
    const all = this.day(imei14)
      .flatMap((worn) => worn.places)
      .toSorted((a, b) => b.at - a.at)
    const newest = all.filter(
      (one, i) => all.findIndex(({ network }) => network === one.network) === i,
    )
    this.#options.onSignal({
      at: Math.floor(this.#options.clock() / 1000),
      why,
      imei14,
      subscribers: this.subscribersOf(imei14),
      places: newest.slice(0, MAX_CLONE_PLACES),
    })
  }
}
