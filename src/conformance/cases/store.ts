import type { Case } from '../case.ts'
import type { Move } from '../protocol.ts'
import { INTO, LOCK } from './boot.ts'

/** A spoilt store is as after a reset: never free, and the registry knows the lock. */
function spoilt(number: string, title: string, move: Move): Case {
  return {
    id: `SM-STO-${number}`,
    level: 'must',
    title,
    demands: [2],
    attacks: [7],
    requires: ['store-reach'],
    given: 'set-up',
    steps: [
      ...LOCK,
      { do: 'power', to: 'off' },
      { do: 'thief', move },
      { do: 'power', to: 'on', screen: ['activation-needed', 'stolen'] },
      { do: 'network', is: 'down' },
      { do: 'activate', refusal: 'some', screen: ['activation-needed', 'stolen'] },
      { do: 'network', is: 'up' },
      { do: 'activate', refusal: 'activation-refused', screen: 'stolen' },
      { do: 'reboot', screen: 'stolen' },
      { do: 'sync', attested: { state: 'stolen', ctr: 1, outstanding: 'lock' } },
    ],
  }
}

/** Before which write the power fails; after the last one the cut never comes. */
const CUTS = [0, 1, 2, 3] as const
const SET_UP_CUTS = [0, 2, 4, 6] as const

const cutLock = CUTS.map((writes): Case => ({
  id: `SM-STO-02${writes}`,
  level: 'must',
  title: `power that fails before write ${writes + 1} of a lock leaves the phone free or locked, and nothing between`,
  demands: [1, 2],
  attacks: [81],
  requires: ['write-cut'],
  given: 'set-up',
  steps: [
    { do: 'keep' },
    { do: 'issue', act: 'lock', as: 'lock', ctr: 1, told: true },
    { do: 'cut', writes },
    { do: 'deliver', order: 'lock', refusal: 'any' },
    { do: 'power', to: 'pull' },
    { do: 'power', to: 'on', screen: ['home', 'stolen'] },
    { do: 'sync', screen: 'stolen' },
    { do: 'sync', attested: { state: 'stolen', ctr: 1, outstanding: 'lock' } },
    { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
    { do: 'deliver', order: 'release', screen: 'home' },
    { do: 'read', kept: true },
  ],
}))

const cutRelease = CUTS.map((writes): Case => ({
  id: `SM-STO-03${writes}`,
  level: 'must',
  title: `power that fails before write ${writes + 1} of a release leaves the phone locked or free, and nothing between`,
  demands: [2],
  attacks: [81],
  requires: ['write-cut'],
  given: 'set-up',
  steps: [
    { do: 'keep' },
    ...LOCK,
    { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
    { do: 'cut', writes },
    { do: 'deliver', order: 'release', refusal: 'any' },
    { do: 'power', to: 'pull' },
    { do: 'power', to: 'on', screen: ['home', 'stolen'] },
    { do: 'sync', screen: 'home' },
    { do: 'read', kept: true },
    { do: 'sync', attested: { state: 'protected', ctr: 2, outstanding: null } },
  ],
}))

const cutSetUp = SET_UP_CUTS.map((writes): Case => ({
  id: `SM-STO-04${writes}`,
  level: 'must',
  title: `power that fails before write ${writes + 1} of a set-up leaves the phone set up or not`,
  demands: [2],
  attacks: [81],
  requires: ['write-cut'],
  given: 'set-up',
  steps: [
    { do: 'reset', how: 'recovery' },
    { do: 'cut', writes },
    { do: 'activate', refusal: 'any' },
    { do: 'power', to: 'pull' },
    { do: 'power', to: 'on', screen: ['home', 'activation-needed'] },
    { do: 'activate', screen: 'home' },
    { do: 'reboot', screen: 'home' },
  ],
}))

export const STORE: readonly Case[] = [
  spoilt('001', 'a record that is gone opens nothing', 'store-delete'),
  spoilt('002', 'a record that is empty opens nothing', 'store-empty'),
  spoilt('003', 'a record that is cut short opens nothing', 'store-shorten'),
  spoilt('004', 'a record with one other bit opens nothing', 'store-flip'),
  {
    id: 'SM-STO-005',
    level: 'must',
    title: 'an older store put back is brought up to date by the registry before it is set up',
    demands: [2],
    attacks: [18],
    requires: ['store-reach'],
    given: 'set-up',
    steps: [
      ...LOCK,
      { do: 'thief', move: 'store-copy' },
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'home' },
      { do: 'power', to: 'off' },
      { do: 'thief', move: 'store-put-back' },
      { do: 'reset', how: 'recovery' },
      { do: 'power', to: 'on', screen: ['stolen', 'activation-needed'] },
      { do: 'activate', refusal: 'any' },
      { do: 'activate', refusal: 'any', screen: 'home' },
      { do: 'sync', attested: { state: 'protected', ctr: 2, outstanding: null } },
    ],
  },
  {
    id: 'SM-STO-006',
    level: 'must',
    title: 'a store from before the lock, put back, is locked again at the first contact',
    demands: [2],
    attacks: [18],
    requires: ['store-reach'],
    given: 'set-up',
    steps: [
      { do: 'thief', move: 'store-copy' },
      ...LOCK,
      { do: 'power', to: 'off' },
      { do: 'thief', move: 'store-put-back' },
      { do: 'power', to: 'on' },
      { do: 'sync', refusal: 'any', screen: 'stolen' },
      { do: 'reboot', screen: 'stolen' },
      { do: 'sync', attested: { state: 'stolen', ctr: 1, outstanding: 'lock' } },
    ],
  },
  {
    id: 'SM-STO-007',
    level: 'must',
    title: 'a store from before the lock, put back, boots no phone',
    demands: [2],
    attacks: [18],
    requires: ['store-reach', 'rewind-proof'],
    given: 'set-up',
    steps: [
      { do: 'thief', move: 'store-copy' },
      ...LOCK,
      { do: 'power', to: 'off' },
      { do: 'thief', move: 'store-put-back' },
      { do: 'network', is: 'down' },
      { do: 'power', to: 'on', screen: ['stolen', 'activation-needed'] },
    ],
  },
  {
    id: 'SM-STO-010',
    level: 'must',
    title: 'what was obeyed is kept when the battery is pulled at that moment',
    demands: [2],
    attacks: [81],
    given: 'set-up',
    steps: [
      ...LOCK,
      { do: 'power', to: 'pull', screen: null },
      { do: 'power', to: 'on', screen: 'stolen' },
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'home' },
      { do: 'power', to: 'pull' },
      { do: 'power', to: 'on', screen: 'home' },
    ],
  },
  {
    id: 'SM-STO-011',
    level: 'must',
    title: 'no order deletes anything',
    demands: [1],
    attacks: [55],
    given: 'set-up',
    steps: [
      { do: 'keep' },
      ...INTO.recovered,
      { do: 'issue', act: 'release', as: 'release', ctr: 3, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'home' },
      { do: 'read', kept: true },
    ],
  },
  ...cutLock,
  ...cutRelease,
  ...cutSetUp,
]
