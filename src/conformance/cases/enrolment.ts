import type { Case } from '../case.ts'

export const ENROLMENT: readonly Case[] = [
  {
    id: 'SM-ENR-001',
    level: 'must',
    title:
      'a phone fresh from the factory is protected once it is enrolled and set up, and does nothing before',
    demands: [4, 7],
    attacks: [47],
    given: 'boxed',
    steps: [
      { do: 'power', to: 'on', screen: 'activation-needed' },
      { do: 'enrol', attested: { state: 'protected', ctr: 0, owner: 'owner', imeis: true } },
      { do: 'activate', screen: 'home' },
      { do: 'reboot', screen: 'home' },
    ],
  },
  {
    id: 'SM-ENR-002',
    level: 'must',
    title: 'a phone that has an owner takes no second one',
    demands: [2],
    attacks: [27],
    given: 'set-up',
    steps: [
      { do: 'reboot', screen: 'home' },
      { do: 'enrol', owner: 'another', refusal: 'owner-key', silent: true },
      { do: 'reboot', screen: 'home' },
      { do: 'sync', attested: { state: 'protected', ctr: 0, owner: 'owner' } },
    ],
  },
  {
    id: 'SM-ENR-003',
    level: 'must',
    title: 'a registry cannot enrol a phone in a log that the root document does not name',
    demands: [10],
    attacks: [48],
    given: 'boxed',
    steps: [
      { do: 'power', to: 'on' },
      { do: 'registry', lies: 'home-unknown' },
      { do: 'enrol', refusal: 'log-unknown' },
      { do: 'registry', lies: null },
      { do: 'enrol' },
      { do: 'activate', screen: 'home' },
    ],
  },
  {
    id: 'SM-ENR-004',
    level: 'must',
    title: 'a phone at home in one log is not enrolled in another',
    demands: [2, 10],
    attacks: [],
    given: 'set-up',
    steps: [
      { do: 'reboot', screen: 'home' },
      { do: 'registry', lies: 'home-abroad' },
      { do: 'enrol', refusal: 'identity-conflict' },
      { do: 'registry', lies: null },
      { do: 'issue', act: 'lock', as: 'lock', ctr: 1 },
      { do: 'deliver', order: 'lock', screen: 'stolen' },
    ],
  },
  {
    id: 'SM-ENR-005',
    level: 'must',
    title: 'the owner’s key stays through boots and wipes',
    demands: [2],
    attacks: [],
    given: 'set-up',
    steps: [
      { do: 'reboot', times: 2 },
      { do: 'sync', attested: { state: 'protected', ctr: 0, owner: 'owner' } },
      { do: 'reset', how: 'recovery' },
      { do: 'activate', screen: 'home', attested: { state: 'protected', ctr: 0, owner: 'owner' } },
    ],
  },
]
