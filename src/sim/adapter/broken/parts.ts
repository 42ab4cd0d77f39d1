import { Phone, type Law, type PhoneOptions, type Stores } from '../../../device/index.ts'

/** What a phone of the adapter is put together from: the product's own parts, or one that is broken. */
export interface PhoneParts {
  readonly law?: Partial<Law>
  readonly stores?: Stores
  /** The phone's outside, where that is what is broken. */
  readonly phone?: (options: PhoneOptions) => Phone
}

/** Where a broken part may look to do its harm. */
export interface Surrounds {
  /** The phone's folder. */
  readonly dir: string
  /** The phone's own clock, which no sound phone asks. Unix seconds. */
  readonly clock: () => number
  /** Whether it is at its owner's, which no sound phone asks. */
  readonly isHome: () => boolean
  /** Whether the person before it has shown a code that came to it by SMS, which no sound phone takes. */
  readonly hasSms: () => boolean
  /** Seconds the phone has been on. */
  readonly ran: () => number
  readonly registryUrl: string
  /** The stores a sound phone would have. */
  readonly stores: Stores
}

/** A device that is wrong in one way, and in no other. */
export interface BrokenDevice {
  /** As `--broken` calls it. */
  readonly name: string
  /** What is wrong with it, for people. */
  readonly says: string
  /** The cases it must fail, and no others. */
  readonly fails: readonly string[]
  readonly parts: (surrounds: Surrounds) => PhoneParts
}
