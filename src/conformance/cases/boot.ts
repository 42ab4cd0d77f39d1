import type { State } from '../../core/index.ts'
import type { Case, Step } from '../case.ts'

export const LOCK: readonly Step[] = [
  { do: 'issue', act: 'lock', as: 'lock', ctr: 1, told: true },
  { do: 'deliver', order: 'lock', screen: 'stolen' },
]

/** Into each state that a phone does not open from, by the orders that lead there. */
export const INTO: Readonly<Record<Exclude<State, 'protected'>, readonly Step[]>> = {
  held: [
    { do: 'issue', act: 'hold', as: 'hold', ctr: 1, told: true },
    { do: 'deliver', order: 'hold', screen: 'held' },
  ],
  stolen: LOCK,
  recovered: [
    ...LOCK,
    { do: 'issue', act: 'found', as: 'found', ctr: 2, of: 'lock', told: true },
    { do: 'deliver', order: 'found', screen: 'recovered' },
  ],
  retired: [
    { do: 'issue', act: 'retire', as: 'retire', ctr: 1, told: true },
    { do: 'deliver', order: 'retire', screen: 'retired' },
  ],
}

const YEARS_400_DAYS = 400 * 86_400

function stays(number: string, state: keyof typeof INTO, times: number): Case {
  return {
    id: `SM-BOO-${number}`,
    level: 'must',
    title: `a ${state} phone is ${state} after ${times} boots`,
    demands: [1, 2],
    attacks: [2],
    given: 'set-up',
    steps: [...INTO[state], { do: 'reboot', times, screen: state }],
  }
}

export const BOOT: readonly Case[] = [
  {
    id: 'SM-BOO-001',
    level: 'must',
    title: 'a free phone boots with no network, no registry and no clock',
    demands: [4],
    attacks: [60],
    given: 'set-up',
    steps: [
      { do: 'network', is: 'down' },
      { do: 'reboot', times: 3, screen: 'home' },
      { do: 'sync', refusal: 'unavailable', screen: 'home' },
    ],
  },
  {
    id: 'SM-BOO-002',
    level: 'must',
    title: 'an honest phone that hears from nobody for 400 days still opens',
    demands: [4],
    attacks: [1],
    given: 'set-up',
    steps: [
      { do: 'network', is: 'down' },
      { do: 'run', seconds: YEARS_400_DAYS, screen: 'home' },
      { do: 'clock', off: YEARS_400_DAYS, screen: 'home' },
      { do: 'reboot', screen: 'home' },
    ],
  },
  stays('010', 'held', 3),
  stays('011', 'stolen', 10),
  stays('012', 'recovered', 3),
  stays('013', 'retired', 3),
  {
    id: 'SM-BOO-014',
    level: 'must',
    title: 'a stolen phone boots to its gate with no network as well',
    demands: [1, 2],
    attacks: [2, 20],
    given: 'set-up',
    steps: [...LOCK, { do: 'network', is: 'down' }, { do: 'reboot', screen: 'stolen' }],
  },
  {
    id: 'SM-BOO-020',
    level: 'must',
    title: 'passcode and finger open no stolen phone',
    demands: [1, 2],
    attacks: [3],
    given: 'set-up',
    steps: [
      ...LOCK,
      { do: 'unlock', with: ['passcode', 'biometric'], refusal: 'wrong-state', screen: 'stolen' },
      { do: 'reboot', screen: 'stolen' },
      { do: 'unlock', with: ['passcode', 'biometric'], refusal: 'wrong-state', screen: 'stolen' },
    ],
  },
  {
    id: 'SM-BOO-021',
    level: 'must',
    title: 'a locked phone does not reset itself from its menu',
    demands: [2, 5],
    attacks: [3],
    given: 'set-up',
    steps: [
      { do: 'keep' },
      ...LOCK,
      { do: 'reset', how: 'menu', with: ['passcode'], refusal: 'reset-refused', screen: 'stolen' },
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'home' },
      { do: 'read', kept: true },
    ],
  },
  {
    id: 'SM-BOO-022',
    level: 'must',
    title: 'a held phone does not reset itself from its menu, opened or not',
    demands: [5],
    attacks: [3],
    given: 'set-up',
    steps: [
      { do: 'keep' },
      ...INTO.held,
      { do: 'reset', how: 'menu', with: ['passcode'], refusal: 'reset-refused', screen: 'held' },
      { do: 'unlock', with: ['passcode', 'biometric'], screen: 'home' },
      { do: 'reset', how: 'menu', with: ['passcode'], refusal: 'reset-refused', screen: 'home' },
      { do: 'read', kept: true },
    ],
  },
  {
    id: 'SM-BOO-023',
    level: 'must',
    title: 'nobody reads what the user kept while the phone is locked',
    demands: [1],
    attacks: [],
    given: 'set-up',
    steps: [{ do: 'keep' }, ...LOCK, { do: 'read', refusal: 'some', kept: false }],
  },
]
