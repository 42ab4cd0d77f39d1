import type { Act } from '../../core/index.ts'
import type { SeenAt } from '../../registry/index.ts'

/** How a phone, or a part of it, was met. */
export const HOW_WORDS: Readonly<Record<string, string>> = {
  attach: 'Attached to a network',
  activation: 'Tried to be set up',
  part: 'A part of it in another phone',
  check: 'Somebody checked its number',
}

export const RESTS_WORDS: Readonly<Record<Exclude<SeenAt['restsOn'], 'register'>, string>> = {
  phone: 'The phone proved its key to us',
  word: 'The word of whoever asked or told',
}

export const isAttested = ({ restsOn }: Pick<SeenAt, 'restsOn'>): boolean => restsOn !== 'word'

export const ACT_WORDS: Readonly<Record<Act, string>> = {
  hold: 'Locked by its owner',
  lock: 'Blocked by police',
  found: 'Found by police',
  release: 'Released',
  retire: 'Out of use for good',
}
