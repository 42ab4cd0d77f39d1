import type { TreeOutline } from '../log/index.ts'

/** Openings have some 135 bytes; core reads none beyond this. */
export const MAX_OPENING_BYTES = 512

/** One leaf as it came over the feed or out of the journal. */
export interface LogRecord {
  readonly index: number
  readonly entry: Uint8Array
  readonly opening: Uint8Array | null
}

/** What a checkpoint settled: to be written down. */
export interface Covered {
  readonly records: readonly LogRecord[]
  /** Every checkpoint a restart needs, smallest tree first. */
  readonly notes: readonly string[]
  /** Whether these are all leaves of a checkpoint; else a chunk of the tree that is expected. */
  readonly isWhole: boolean
}

/** A checkpoint whose leaves are to come, and what proves them until the last is there. */
export interface Expected {
  readonly note: string
  readonly outline: TreeOutline
}
