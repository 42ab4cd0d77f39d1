import type { Case, PartSaid, Step } from '../case.ts'
import { LOCK } from './boot.ts'

export const PARTS = {
  level: 'must',
  demands: [6],
  given: 'set-up',
  requires: ['parts'],
} as const

/** One of many that differ in little. */
export function partCase(
  number: string,
  title: string,
  attacks: readonly number[],
  steps: readonly Step[],
): Case {
  return { ...PARTS, id: `SM-PRT-${number}`, title, attacks, steps }
}

/** A part of its maker for any phone. */
export const SPARE: Step = { do: 'part', as: 'spare', type: 'display', from: 'spare' }

/** That part in the phone, which shuts itself to all but emergency calls and the pairing page. */
export function fitted(part: string, says?: PartSaid): Step {
  const shows = says && { shows: { part: says } }
  return { do: 'fit', type: 'display', part, screen: 'restricted', ...shows }
}

/** Its own part again, and the phone is its user's again. */
export const OWN_BACK: Step = { do: 'fit', type: 'display', part: 'own', screen: 'home' }

/** What a phone has inside, and what comes of it. */
export const OWN_PARTS: readonly Case[] = [
  {
    ...PARTS,
    id: 'SM-PRT-001',
    title: 'its own parts answer, with no network, and the phone says so under its key',
    attacks: [17, 60],
    steps: [
      { do: 'sync', attested: { state: 'protected', ctr: 0, display: 'own' } },
      { do: 'network', is: 'down' },
      { do: 'reboot', times: 3, screen: 'home' },
      { do: 'network', is: 'up' },
      { do: 'sync', screen: 'home', attested: { state: 'protected', ctr: 0, display: 'own' } },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-002',
    title: 'a part that is not paired shuts the phone, and costs its user no data',
    attacks: [16],
    steps: [
      { do: 'keep' },
      SPARE,
      fitted('spare'),
      { do: 'read', refusal: 'some', kept: false },
      { do: 'sync', attested: { state: 'protected', ctr: 0, display: null } },
      { do: 'reboot', screen: 'restricted' },
      OWN_BACK,
      { do: 'read', kept: true },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-003',
    title: 'a phone with a part that is not paired calls emergency numbers and nobody else',
    demands: [1, 6],
    attacks: [33],
    steps: [
      SPARE,
      fitted('spare'),
      { do: 'network', is: 'down' },
      ...['112', '911', '999', '000'].flatMap((number): readonly Step[] => [
        { do: 'call', number, calling: number },
        { do: 'hang-up', calling: null },
      ]),
      { do: 'call', number: '5550100', refusal: 'some', calling: null },
      { do: 'call', number: '1125550100', refusal: 'some', calling: null },
      OWN_BACK,
      { do: 'call', number: '5550100', calling: '5550100' },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-004',
    title: 'a part that only shows the number of the phone’s own is refused',
    attacks: [17],
    steps: [
      { do: 'keep' },
      fitted('number', { code: 'part-signature' }),
      { do: 'read', refusal: 'some', kept: false },
      { do: 'sync', attested: { state: 'protected', ctr: 0, display: null } },
      OWN_BACK,
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-005',
    title: 'a part that repeats the last answer of the phone’s own is refused',
    attacks: [17],
    steps: [
      { do: 'keep' },
      fitted('answer', { code: 'part-signature' }),
      { do: 'read', refusal: 'some', kept: false },
      { do: 'sync', attested: { state: 'protected', ctr: 0, display: null } },
      OWN_BACK,
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-006',
    title: 'a stolen board is stolen whatever parts are around it',
    demands: [2, 6],
    attacks: [15],
    steps: [
      ...LOCK,
      { do: 'fit-all', parts: 'foreign', screen: 'stolen', shows: { order: 'lock' } },
      { do: 'pair', type: 'display', refusal: 'any', screen: 'stolen' },
      { do: 'reset', how: 'recovery', refusal: 'any', screen: 'stolen' },
      { do: 'activate', refusal: 'some', screen: 'stolen' },
      { do: 'sync', attested: { state: 'stolen', ctr: 1, outstanding: 'lock' } },
      { do: 'fit-all', parts: 'own', screen: 'stolen' },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-007',
    title: 'a release opens the phone and not the part: a foreign one waits for its pairing',
    demands: [2, 6],
    attacks: [15],
    steps: [
      ...LOCK,
      SPARE,
      { do: 'fit', type: 'display', part: 'spare', screen: 'stolen' },
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'restricted' },
      { do: 'pair', type: 'display', screen: 'home' },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-008',
    title: 'phone and owner give a part away together, out of the binding it was made with',
    attacks: [29],
    steps: [{ do: 'give', type: 'display', gives: true, screen: 'home' }],
  },
  {
    ...PARTS,
    id: 'SM-PRT-009',
    title: 'a held phone and a stolen one give nothing away',
    attacks: [16, 29],
    steps: [
      { do: 'issue', act: 'hold', as: 'hold', ctr: 1, told: true },
      { do: 'deliver', order: 'hold', screen: 'held' },
      { do: 'give', type: 'display', refusal: 'some' },
      { do: 'issue', act: 'lock', as: 'lock', ctr: 2, of: 'hold', told: true },
      { do: 'deliver', order: 'lock', screen: 'stolen' },
      { do: 'give', type: 'display', refusal: 'some' },
      { do: 'issue', act: 'release', as: 'release', ctr: 3, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'home' },
      { do: 'give', type: 'display', gives: true },
    ],
  },
]
