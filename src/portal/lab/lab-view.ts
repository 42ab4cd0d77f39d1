/** What stands on a simulated phone's glass. */
export interface LabGlass {
  /** A kind of the phone's own screens, or `off`. */
  readonly kind: string
  readonly title: string
  readonly lines: readonly string[]
  /** What may be dialled; none on an open phone, where everything may. */
  readonly emergency: readonly string[]
}

export interface LabPhone {
  readonly serial: string
  /** 15 digits. */
  readonly imei: string
  readonly glass: LabGlass
  /** What the operator's register says of its number; null: it is silent. */
  readonly answer: string | null
  readonly role: 'free' | 'snatched' | 'neighbour'
  /** Where its glass is shown whole. */
  readonly screenUrl: string
}

/** How far the theft has come. */
export type LabPhase = 'making' | 'free' | 'snatched' | 'held' | 'proposed' | 'stolen'

/** What somebody did, and how long it took to have its effect. */
export interface LabDeed {
  readonly what: string
  readonly effect: string
  readonly ms: number
  /** Its place in the public log. */
  readonly entry: number | null
}

export interface LabOutcome {
  /** Of the refusal; null: the trick could not even be played. */
  readonly code: string | null
  /** What the code means, in one plain sentence. */
  readonly sentence: string
  readonly detail: string | null
  readonly ms: number
  readonly isUsable: boolean
}

export interface LabTrick {
  readonly id: string
  readonly attack: string
  readonly name: string
  /** Null: not tried on this phone yet. */
  readonly outcome: LabOutcome | null
}

/** A part of the snatched phone, and what a fence found out about it. */
export interface LabPart {
  readonly type: string
  /** Null: still in the phone. */
  readonly said: string | null
}

/** Everything the lab shows at one moment. */
export interface LabView {
  readonly phase: LabPhase
  /** What is being done right now. */
  readonly doing: string | null
  /** What happened last, in a sentence. */
  readonly said: string
  readonly phones: readonly LabPhone[]
  /** The snatched phone's recovery card: its owner would have it at home. */
  readonly card: string | null
  readonly deeds: readonly LabDeed[]
  readonly parts: readonly LabPart[]
  readonly tricks: readonly LabTrick[]
  readonly attempts: number
  readonly usable: number
}

/** The lab's phones and people, where a demonstration runs them in its own house. */
export interface LabDoor {
  look(): Promise<LabView>
  /**
   * Presses a button; while something is done a press only waits for that. What came of it, `look` says.
   * @throws {Refusal} malformed: no such button
   */
  press(button: string): Promise<void>
}
