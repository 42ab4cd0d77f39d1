import type { Case, Step } from '../case.ts'
import { INTO } from './boot.ts'

const TEN_YEARS = 10 * 365 * 86_400
const HOUR = 3600
const HOLD = 72 * HOUR

function unmoved(number: string, state: 'held' | 'stolen', off: number): Case {
  const way = off < 0 ? 'back' : 'forward'
  return {
    id: `SM-CLK-${number}`,
    level: 'must',
    title: `a ${state} phone stays ${state} with its clock set ten years ${way}`,
    demands: [2],
    attacks: [5],
    given: 'set-up',
    steps: [
      ...INTO[state],
      { do: 'clock', off, screen: state },
      { do: 'reboot', screen: state },
      { do: 'sync', screen: state },
      { do: 'reboot', screen: state },
    ],
  }
}

/** A hold a minute short of the longest, so that only its run time can end it. */
const LONG_HOLD: readonly Step[] = [
  { do: 'issue', act: 'hold', as: 'hold', ctr: 1, lasts: HOLD - 60 },
  { do: 'deliver', order: 'hold', screen: 'held' },
]

export const CLOCKS: readonly Case[] = [
  unmoved('001', 'held', TEN_YEARS),
  unmoved('002', 'held', -TEN_YEARS),
  unmoved('003', 'stolen', TEN_YEARS),
  unmoved('004', 'stolen', -TEN_YEARS),
  {
    id: 'SM-CLK-005',
    level: 'must',
    title: 'a hold ends after 72 hours of uninterrupted run time, and not a second before',
    demands: [1],
    attacks: [93],
    given: 'set-up',
    steps: [
      ...LONG_HOLD,
      { do: 'run', seconds: HOLD - 1, screen: 'held' },
      { do: 'run', seconds: 1, screen: 'home' },
      { do: 'reboot', screen: 'home' },
    ],
  },
  {
    id: 'SM-CLK-006',
    level: 'must',
    title: 'run time counts afresh after each boot',
    demands: [1],
    attacks: [93],
    given: 'set-up',
    steps: [
      ...LONG_HOLD,
      { do: 'run', seconds: HOLD - HOUR, screen: 'held' },
      { do: 'reboot', screen: 'held' },
      { do: 'run', seconds: HOLD - HOUR, screen: 'held' },
      { do: 'run', seconds: HOUR, screen: 'home' },
    ],
  },
  {
    id: 'SM-CLK-007',
    level: 'must',
    title: 'an expired token stays expired with the clock set back',
    demands: [2],
    attacks: [5, 10],
    given: 'set-up',
    steps: [
      { do: 'issue', act: 'lock', as: 'lock', ctr: 1, told: true },
      { do: 'deliver', order: 'lock', screen: 'stolen' },
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'home' },
      { do: 'reset', how: 'recovery' },
      { do: 'clock', off: -TEN_YEARS },
      { do: 'registry', lies: 'token-expired' },
      { do: 'activate', refusal: 'token-expired', screen: 'activation-needed' },
      { do: 'registry', lies: null },
      { do: 'activate', screen: 'home' },
    ],
  },
  {
    id: 'SM-CLK-008',
    level: 'must',
    title: 'a phone whose clock is wrong by ten years obeys a lock all the same, and is set up',
    demands: [1],
    attacks: [5],
    given: 'set-up',
    steps: [
      { do: 'clock', off: TEN_YEARS },
      { do: 'reset', how: 'recovery' },
      { do: 'activate', screen: 'home' },
      { do: 'issue', act: 'lock', as: 'lock', ctr: 1, told: true },
      { do: 'deliver', order: 'lock', screen: 'stolen' },
    ],
  },
  {
    id: 'SM-CLK-009',
    level: 'must',
    title: 'a hold that has lapsed by cosigned time closes no phone it reaches late',
    demands: [1],
    attacks: [93],
    given: 'set-up',
    steps: [
      { do: 'issue', act: 'hold', as: 'late', ctr: 1, lasts: HOUR, provedAfter: HOUR + 1 },
      { do: 'deliver', order: 'late', refusal: 'expired', screen: 'home' },
      { do: 'issue', act: 'hold', as: 'hold', ctr: 1, lasts: HOUR, provedAfter: HOUR },
      { do: 'deliver', order: 'hold', screen: 'held' },
    ],
  },
]
