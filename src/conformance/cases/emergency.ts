import type { Case, ScreenKind, Step } from '../case.ts'
import { INTO, LOCK } from './boot.ts'

const NUMBERS = ['112', '911', '999', '000'] as const
const FRIEND = '020 7946 0000'

/** Each emergency number connects, and leaves the screen as it was. */
const calls = (screen: ScreenKind): readonly Step[] =>
  NUMBERS.flatMap((number): readonly Step[] => [
    { do: 'call', number, calling: number, screen },
    { do: 'hang-up', calling: null, screen },
  ])

/** Nobody else is called from a closed phone, whatever is hung onto an emergency number. */
const escapes = (screen: ScreenKind): readonly Step[] =>
  [FRIEND, '1120', '112,0800', '*#06#', ''].map((number) => ({
    do: 'call' as const,
    number,
    refusal: 'forbidden' as const,
    calling: null,
    screen,
  }))

function dials(number: string, state: keyof typeof INTO): Case {
  return {
    id: `SM-EMG-${number}`,
    level: 'must',
    title: `a ${state} phone calls emergency numbers and nobody else, without a network to ask`,
    demands: [1],
    attacks: [33],
    given: 'set-up',
    steps: [...INTO[state], { do: 'network', is: 'down' }, ...calls(state), ...escapes(state)],
  }
}

/** A call that runs while the lock arrives, to its end. */
function runs(number: string, to: string): Case {
  return {
    id: `SM-EMG-${number}`,
    level: 'must',
    title: `a lock that lands during a call to ${to === FRIEND ? 'a friend' : to} cuts nothing, and closes after`,
    demands: [1],
    attacks: [58],
    given: 'set-up',
    steps: [
      { do: 'call', number: to, calling: to },
      { do: 'issue', act: 'lock', as: 'lock', ctr: 1, told: true },
      { do: 'deliver', order: 'lock', calling: to },
      { do: 'sync', calling: to, attested: { state: 'stolen', ctr: 1, outstanding: 'lock' } },
      { do: 'hang-up', calling: null, screen: 'stolen' },
      { do: 'call', number: '112', calling: '112', screen: 'stolen' },
    ],
  }
}

export const EMERGENCY: readonly Case[] = [
  {
    id: 'SM-EMG-001',
    level: 'must',
    title: 'an open phone calls anybody',
    demands: [1],
    attacks: [],
    given: 'set-up',
    steps: [
      ...calls('home'),
      { do: 'call', number: FRIEND, calling: FRIEND, screen: 'home' },
      { do: 'hang-up', calling: null },
    ],
  },
  dials('002', 'held'),
  dials('003', 'stolen'),
  dials('004', 'recovered'),
  dials('005', 'retired'),
  {
    id: 'SM-EMG-006',
    level: 'must',
    title: 'a phone that was never set up calls emergency numbers and nobody else',
    demands: [1],
    attacks: [33],
    given: 'boxed',
    steps: [
      { do: 'power', to: 'on', screen: 'activation-needed' },
      { do: 'network', is: 'down' },
      ...calls('activation-needed'),
      ...escapes('activation-needed'),
    ],
  },
  {
    id: 'SM-EMG-007',
    level: 'must',
    title: 'a phone whose secure store is spoilt calls emergency numbers and nobody else',
    demands: [1],
    attacks: [33],
    requires: ['store-reach'],
    given: 'set-up',
    steps: [
      ...LOCK,
      { do: 'power', to: 'off' },
      { do: 'thief', move: 'store-delete' },
      { do: 'power', to: 'on', screen: 'activation-needed' },
      ...calls('activation-needed'),
      ...escapes('activation-needed'),
    ],
  },
  runs('010', '112'),
  runs('011', FRIEND),
  {
    id: 'SM-EMG-012',
    level: 'must',
    title: 'an emergency attach asks no register, and is let in by any',
    demands: [1],
    attacks: [58],
    given: 'set-up',
    steps: [
      ...LOCK,
      {
        do: 'attach',
        slot: 0,
        answer: 'BLACKLISTED',
        emergency: true,
        asked: null,
        admitted: true,
      },
    ],
  },
]
