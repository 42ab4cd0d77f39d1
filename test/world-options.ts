import type { Place } from '../src/core/index.ts'
import type { Logger } from '../src/host/index.ts'
import type { Database, Limits, ModelNames } from '../src/registry/index.ts'
import type { Abroad } from './founding-plan.ts'

/** What a test wants of its world. */
export interface WorldOptions {
  /** Opened and migrated by the test; by default an embedded one of the world's own. */
  readonly database?: Database
  readonly capPerHour?: number
  /** What the public may ask; anything, unless a test is about that. */
  readonly limits?: Limits
  /** Names of models by TAC, at the registry. */
  readonly models?: ModelNames
  /** Operators with a certificate; the first one's register runs. */
  readonly operators?: number
  /** Where that register stands. */
  readonly place?: Place
  /** Whether it remembers attaches of phones that no list names. */
  readonly remember?: boolean
  /** Takes every party's log lines. */
  readonly logger?: Logger
  /** Where a real browser finds the pages; the test serves them. */
  readonly pagesPort?: number
  /** Another country under the same root; its registry is the test's to run. */
  readonly abroad?: Abroad
}
