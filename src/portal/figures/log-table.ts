import type { Figures } from '../../core/index.ts'
import { shown, shownParts, type Shown } from './small-numbers.ts'

export interface LogRow {
  readonly name: string
  readonly definition: string
  readonly value: Shown
  /** Seconds, where it is no count; null: nothing was to be measured. */
  readonly seconds?: number | null
}

/** Fewer spans than this give no median: it would be one phone's. */
const LEAST_SPANS = 5

/** The log's own figures, as they may be shown: those of `stolen-mode audit`, without small numbers. */
export function logRows({ total }: Figures): readonly LogRow[] {
  const { holds, locks, found, releases, outstanding, medianSeconds } = total
  const standing = outstanding.stolen + outstanding.recovered
  const { whole, parts } = shownParts(locks, [releases.returned, standing])
  const median = (of: number, seconds: number | null) => (of < LEAST_SPANS ? null : seconds)
  return [
    { name: 'Reported', definition: 'Holds by owners (holds).', value: shown(holds) },
    { name: 'Verified', definition: 'Locks by police (locks).', value: whole },
    {
      name: 'Found',
      definition: 'Orders by which police say that they have a phone (found).',
      value: shown(found),
    },
    {
      name: 'Returned',
      definition: 'Locks released because the owner has the phone again (releases.returned).',
      value: parts[0],
    },
    {
      name: 'Outstanding',
      definition: 'Locks in force, found or not (outstanding.stolen and .recovered).',
      value: parts[1],
    },
    {
      name: 'Time from report to lock',
      definition: 'Lower median in seconds, from a hold to the lock after it (holdToLock).',
      value: null,
      // As many spans as locks that followed a hold: not more than either.
      seconds: median(Math.min(holds, locks), medianSeconds.holdToLock),
    },
  ]
}
