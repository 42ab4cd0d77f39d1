import type { Case } from '../case.ts'
import { LOCK } from './boot.ts'

export const IDENTITY: readonly Case[] = [
  {
    id: 'SM-IDN-001',
    level: 'must',
    title: 'a number rewritten with a box changes neither what a stolen phone is nor what it says',
    demands: [2, 7],
    attacks: [12],
    given: 'set-up',
    steps: [
      ...LOCK,
      { do: 'thief', move: 'imei-write' },
      { do: 'reboot', screen: 'stolen' },
      { do: 'attach', slot: 0, answer: 'BLACKLISTED', asked: 0, admitted: false },
      { do: 'sync', attested: { state: 'stolen', ctr: 1, imeis: true } },
    ],
  },
  {
    id: 'SM-IDN-002',
    level: 'must',
    title: 'a free phone, too, gives the networks only the number its maker wrote',
    demands: [7],
    attacks: [12, 13],
    given: 'set-up',
    steps: [
      { do: 'thief', move: 'imei-write' },
      { do: 'reboot', refusal: 'any' },
      { do: 'attach', slot: 0, answer: 'WHITELISTED', asked: 0, admitted: true },
      { do: 'sync', attested: { state: 'protected', ctr: 0, imeis: true } },
    ],
  },
  {
    id: 'SM-IDN-003',
    level: 'must',
    title: 'the second number is the maker’s as well, and blocked as the first',
    demands: [3, 7],
    attacks: [14],
    requires: ['second-imei'],
    given: 'set-up',
    steps: [
      { do: 'attach', slot: 1, answer: 'BLACKLISTED', asked: 1, admitted: false },
      { do: 'attach', slot: 0, answer: 'BLACKLISTED', asked: 0, admitted: false },
      { do: 'sync', attested: { state: 'protected', ctr: 0, imeis: true } },
    ],
  },
  {
    id: 'SM-IDN-004',
    level: 'must',
    title: 'a wipe and a new set-up give the phone no other key and no other number',
    demands: [2, 7],
    attacks: [7, 12],
    given: 'set-up',
    steps: [
      { do: 'reset', how: 'recovery' },
      { do: 'reboot' },
      { do: 'activate', attested: { state: 'protected', ctr: 0, imeis: true } },
      { do: 'attach', slot: 0, answer: 'GREYLISTED', asked: 0, admitted: true },
    ],
  },
]
