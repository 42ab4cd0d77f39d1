import type { RefusalCode } from '../../core/index.ts'
import type { Case, Lie, Step } from '../case.ts'
import { LOCK } from './boot.ts'

const DAY = 86_400
const TEN_YEARS = 3650 * DAY
const PASSCODE = { with: ['passcode'] } as const
const SMS = { with: ['passcode', 'sms'] } as const

const ASKED: Step = { do: 'ask', act: 'reset', ...PASSCODE, screen: 'home' }
const CONFIRMED: readonly Step[] = [ASKED, { do: 'owner', says: 'confirm' }]
/** From the menu, refused: the phone is open as before and has all its data. */
const menu = (refusal: RefusalCode, shown: typeof PASSCODE | typeof SMS = PASSCODE): Step => ({
  do: 'reset',
  how: 'menu',
  ...shown,
  refusal,
  screen: 'home',
})
const KEPT: Step = { do: 'read', kept: true }
/** The sound end of a case: a day after the owner has confirmed it is erased, and set up again. */
const ERASED: readonly Step[] = [
  { do: 'log-time', seconds: DAY },
  { do: 'reset', how: 'menu', ...PASSCODE, screen: 'activation-needed' },
  { do: 'activate', screen: 'home' },
  { do: 'read', kept: false },
]

const CASE = { level: 'must', demands: [4, 5], given: 'set-up' } as const

function ticket(number: string, title: string, lies: Lie, refusal: RefusalCode): Case {
  return {
    ...CASE,
    id: `SM-RST-${number}`,
    title,
    attacks: [3],
    steps: [
      // A phone that has been locked and released knows a time and a counter.
      ...LOCK,
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'home' },
      { do: 'keep' },
      ...CONFIRMED,
      { do: 'registry', lies },
      menu(refusal),
      KEPT,
      { do: 'registry', lies: null },
      ...ERASED,
    ],
  }
}

export const RESETS: readonly Case[] = [
  {
    ...CASE,
    id: 'SM-RST-001',
    title: 'a reset takes a factor on the phone, one elsewhere, and a day',
    attacks: [3],
    steps: [
      { do: 'keep' },
      menu('second-factor-needed'),
      { ...ASKED, shows: { notice: true } },
      menu('second-factor-needed'),
      { do: 'owner', says: 'confirm' },
      menu('reset-pending'),
      { do: 'log-time', seconds: DAY - 1 },
      menu('reset-pending'),
      KEPT,
      { do: 'log-time', seconds: 1 },
      { do: 'reset', how: 'menu', ...PASSCODE, screen: 'activation-needed' },
      { do: 'activate', screen: 'home' },
      { do: 'read', kept: false },
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-002',
    title: 'nothing is asked for, erased or switched off for whoever shows the phone no factor',
    attacks: [3],
    steps: [
      { do: 'keep' },
      { do: 'ask', act: 'reset', refusal: 'proof-too-weak', screen: 'home' },
      ...CONFIRMED,
      { do: 'log-time', seconds: DAY },
      { do: 'reset', how: 'menu', refusal: 'proof-too-weak', screen: 'home' },
      { do: 'protection', on: false, refusal: 'proof-too-weak', screen: 'home' },
      KEPT,
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-003',
    title: 'a clock set forward during the delay shortens nothing, and set back lengthens nothing',
    attacks: [5],
    steps: [
      { do: 'keep' },
      ...CONFIRMED,
      { do: 'clock', off: TEN_YEARS },
      menu('reset-pending'),
      { do: 'reboot', screen: 'home' },
      menu('reset-pending'),
      { do: 'run', seconds: 2 * DAY },
      menu('reset-pending'),
      KEPT,
      { do: 'clock', off: -TEN_YEARS },
      ...ERASED,
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-004',
    title: 'without its registry an open phone is not erased from its menu',
    attacks: [3],
    steps: [
      { do: 'keep' },
      ...CONFIRMED,
      { do: 'log-time', seconds: DAY },
      { do: 'network', is: 'down' },
      menu('unavailable'),
      KEPT,
      { do: 'network', is: 'up' },
      { do: 'reset', how: 'menu', ...PASSCODE, screen: 'activation-needed' },
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-005',
    title: 'what the owner stops from elsewhere does not happen',
    attacks: [3],
    steps: [
      { do: 'keep' },
      ...CONFIRMED,
      { do: 'owner', says: 'stop' },
      { do: 'log-time', seconds: DAY },
      menu('reset-cancelled'),
      KEPT,
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-006',
    title: 'an open phone stops what waits, for whoever holds it',
    attacks: [3],
    steps: [
      { do: 'keep' },
      ...CONFIRMED,
      { do: 'stop-waiting', screen: 'home' },
      { do: 'log-time', seconds: DAY },
      menu('reset-cancelled'),
      KEPT,
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-007',
    title: 'a hold ends what waits, and a held phone erases nothing, opened or not',
    attacks: [6],
    steps: [
      { do: 'keep' },
      ...CONFIRMED,
      { do: 'issue', act: 'hold', as: 'hold', ctr: 1, told: true },
      { do: 'deliver', order: 'hold', screen: 'held' },
      { do: 'log-time', seconds: DAY },
      { do: 'reset', how: 'menu', ...PASSCODE, refusal: 'reset-refused', screen: 'held' },
      { do: 'unlock', with: ['passcode', 'biometric'], screen: 'home' },
      menu('reset-refused'),
      KEPT,
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-008',
    title: 'a stolen phone asks for nothing, stops nothing, and keeps its protection',
    attacks: [3],
    steps: [
      ...LOCK,
      { do: 'ask', act: 'reset', ...PASSCODE, refusal: 'reset-refused', screen: 'stolen' },
      { do: 'stop-waiting', refusal: 'reset-refused', screen: 'stolen' },
      { do: 'registry', lies: 'ticket-always' },
      { do: 'protection', on: false, ...PASSCODE, refusal: 'reset-refused', screen: 'stolen' },
      { do: 'sync', attested: { state: 'stolen', ctr: 1, isProtected: true } },
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-009',
    title: 'protection is on from the first set-up, goes off with a ticket only, and is on at once',
    attacks: [3],
    steps: [
      { do: 'sync', attested: { state: 'protected', ctr: 0, isProtected: true } },
      { do: 'protection', on: false, ...PASSCODE, refusal: 'second-factor-needed' },
      { do: 'sync', attested: { state: 'protected', ctr: 0, isProtected: true } },
      { do: 'ask', act: 'unprotect', ...PASSCODE },
      { do: 'owner', says: 'confirm' },
      { do: 'log-time', seconds: DAY },
      { do: 'protection', on: false, ...PASSCODE },
      { do: 'reboot' },
      { do: 'sync', attested: { state: 'protected', ctr: 0, isProtected: false } },
      { do: 'protection', on: true },
      { do: 'sync', attested: { state: 'protected', ctr: 0, isProtected: true } },
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-010',
    title:
      'protection that is off lifts the wait and nothing else, and whoever sets the phone up has it again',
    attacks: [3],
    steps: [
      { do: 'keep' },
      { do: 'ask', act: 'unprotect', ...PASSCODE },
      { do: 'owner', says: 'confirm' },
      { do: 'log-time', seconds: DAY },
      { do: 'protection', on: false, ...PASSCODE },
      { do: 'reset', how: 'menu', screen: 'activation-needed' },
      { do: 'activate', screen: 'home' },
      { do: 'sync', attested: { state: 'protected', ctr: 0, isProtected: true } },
      ...LOCK,
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-011',
    title: 'no place is exempt: at home it takes as long as anywhere',
    attacks: [6],
    requires: ['places'],
    steps: [
      { do: 'keep' },
      { do: 'place', home: true },
      ...CONFIRMED,
      menu('reset-pending'),
      { do: 'reboot', screen: 'home' },
      menu('reset-pending'),
      { do: 'place', home: false },
      menu('reset-pending'),
      KEPT,
      ...ERASED,
    ],
  },
  {
    ...CASE,
    id: 'SM-RST-012',
    title: 'a code that comes to the phone itself is no second factor',
    attacks: [3],
    steps: [
      { do: 'keep' },
      ASKED,
      menu('second-factor-needed', SMS),
      menu('second-factor-needed', SMS),
      { do: 'protection', on: false, ...SMS, refusal: 'some', screen: 'home' },
      KEPT,
      { do: 'owner', says: 'confirm' },
      menu('reset-pending', SMS),
      KEPT,
      ...ERASED,
    ],
  },
  ticket('020', 'a ticket for another phone', 'ticket-other-device', 'token-wrong-device'),
  ticket('021', 'a ticket that answers another question', 'ticket-other-nonce', 'token-nonce'),
  ticket('022', 'a ticket for another act', 'ticket-other-act', 'reset-refused'),
  ticket('023', 'a ticket from before another order', 'ticket-other-counter', 'replay'),
  ticket('024', 'a ticket that has expired by cosigned time', 'ticket-expired', 'token-expired'),
  ticket('025', 'a ticket that a stranger signed', 'ticket-stranger', 'chain'),
  ticket('026', 'a ticket that the maker signed', 'ticket-maker', 'signer-set'),
]
