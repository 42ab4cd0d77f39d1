import type { Mark, Queued, QueueState } from '../../registry/index.ts'

export const SERVICE = { name: 'Police desk', url: '/desk' } as const

export const MARK_WORDS: Readonly<Record<Mark, string>> = {
  transferred: 'Sold on record',
  'reported-before': 'Reported before',
  disputed: 'Owner disputed',
  'seen-since': 'Seen since the report',
}

export const QUEUE_WORDS: Readonly<Record<QueueState, string>> = {
  waiting: 'Waiting for a decision',
  new: 'New',
  open: 'Taken up',
  proposed: 'Second officer needed',
  locked: 'Blocked',
  refused: 'Refused',
}

export const STATE_OF_CASE: Readonly<Record<Queued['state'], string>> = {
  new: 'New',
  open: 'Taken up',
  proposed: 'Second officer needed',
  approved: 'Signed',
  locked: 'Blocked',
  withdrawn: 'Withdrawn',
  refused: 'Refused',
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How long, in the largest whole unit: "3 hours". */
export function ageWords(ms: number): string {
  const [count, unit] =
    ms < HOUR
      ? [Math.floor(ms / MINUTE), 'minute']
      : ms < 48 * HOUR
        ? [Math.floor(ms / HOUR), 'hour']
        : [Math.floor(ms / (24 * HOUR)), 'day']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
