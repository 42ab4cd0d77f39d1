import type { RefusalCode } from '../../core/index.ts'
import type { Case, SaleBend, Step } from '../case.ts'
import { INTO, LOCK } from './boot.ts'

const CASE = { level: 'must', demands: [2], given: 'set-up' } as const

const owned = (owner: 'owner' | 'buyer' | 'rival'): Step => ({
  do: 'sync',
  attested: { state: 'protected', ctr: 0, owner },
})

/** A sale with one fault changes nothing; the sound one after it does. */
function refused(
  number: string,
  title: string,
  bend: SaleBend,
  refusal: RefusalCode,
  attacks: readonly number[] = [23],
): Case {
  return {
    ...CASE,
    id: `SM-TRF-${number}`,
    title,
    attacks,
    steps: [
      { do: 'sell', as: 'bad', from: 'owner', to: 'rival', bend },
      { do: 'hand-over', sale: 'bad', refusal, screen: 'home' },
      owned('owner'),
      { do: 'sell', as: 'good', from: 'owner', to: 'buyer' },
      { do: 'hand-over', sale: 'good', screen: 'home' },
      owned('buyer'),
    ],
  }
}

export const SALES: readonly Case[] = [
  {
    ...CASE,
    id: 'SM-TRF-001',
    title: 'a phone that its owner has sold in public belongs to the buyer, who may sell it on',
    attacks: [38],
    steps: [
      { do: 'keep' },
      { do: 'sell', as: 'first', from: 'owner', to: 'buyer' },
      { do: 'hand-over', sale: 'first', screen: 'home' },
      { do: 'reboot', screen: 'home' },
      owned('buyer'),
      { do: 'sell', as: 'second', from: 'buyer', to: 'rival' },
      { do: 'hand-over', sale: 'second' },
      owned('rival'),
      { do: 'read', kept: true },
    ],
  },
  {
    ...CASE,
    id: 'SM-TRF-002',
    title: 'nobody but its owner sells a phone, whatever a registry has recorded',
    attacks: [23],
    steps: [
      { do: 'sell', as: 'stolen', from: 'rival', to: 'buyer' },
      { do: 'hand-over', sale: 'stolen', refusal: 'owner-key', screen: 'home' },
      owned('owner'),
    ],
  },
  {
    ...CASE,
    id: 'SM-TRF-003',
    title: 'a sale that waits at the registry is taken at the next contact',
    attacks: [],
    steps: [
      { do: 'sell', as: 'sale', from: 'owner', to: 'buyer', told: true },
      { do: 'sync', screen: 'home' },
      owned('buyer'),
    ],
  },
  {
    ...CASE,
    id: 'SM-TRF-004',
    title: 'nothing is sold while it is held',
    attacks: [23],
    steps: [
      ...INTO.held,
      { do: 'sell', as: 'sale', from: 'owner', to: 'buyer' },
      { do: 'hand-over', sale: 'sale', refusal: 'wrong-state', screen: 'held' },
      { do: 'sync', attested: { state: 'held', ctr: 1, owner: 'owner' } },
    ],
  },
  {
    ...CASE,
    id: 'SM-TRF-005',
    title: 'nothing is sold while it is stolen, and a sale opens nothing',
    attacks: [23],
    steps: [
      ...LOCK,
      { do: 'sell', as: 'sale', from: 'owner', to: 'buyer' },
      { do: 'hand-over', sale: 'sale', refusal: 'wrong-state', screen: 'stolen' },
      { do: 'sync', attested: { state: 'stolen', ctr: 1, owner: 'owner' } },
    ],
  },
  {
    ...CASE,
    id: 'SM-TRF-006',
    title: 'a phone is not sold twice, nor by what was signed before it changed hands',
    attacks: [38],
    steps: [
      { do: 'sell', as: 'away', from: 'owner', to: 'buyer' },
      { do: 'sell', as: 'rival', from: 'owner', to: 'rival' },
      { do: 'sell', as: 'back', from: 'buyer', to: 'owner' },
      { do: 'hand-over', sale: 'away' },
      { do: 'hand-over', sale: 'rival', refusal: 'owner-key' },
      { do: 'hand-over', sale: 'back' },
      { do: 'hand-over', sale: 'away', refusal: 'replay' },
      { do: 'hand-over', sale: 'rival', refusal: 'replay' },
      owned('owner'),
    ],
  },
  {
    ...CASE,
    id: 'SM-TRF-007',
    title: 'after a sale the former owner releases nothing, and the buyer does',
    attacks: [38],
    steps: [
      { do: 'sell', as: 'sale', from: 'owner', to: 'buyer' },
      { do: 'hand-over', sale: 'sale' },
      { do: 'issue', act: 'lock', as: 'lock', ctr: 1, owner: 'buyer' },
      { do: 'deliver', order: 'lock', screen: 'stolen' },
      { do: 'issue', act: 'release', as: 'former', ctr: 2, of: 'lock', owner: 'owner' },
      { do: 'deliver', order: 'former', refusal: 'owner-key', screen: 'stolen' },
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', owner: 'buyer' },
      { do: 'deliver', order: 'release', screen: 'home' },
    ],
  },
  {
    ...CASE,
    id: 'SM-TRF-008',
    title:
      'a sale that the phone hears of after the lock which followed it still gives the buyer his release',
    attacks: [59],
    steps: [
      { do: 'sell', as: 'sale', from: 'owner', to: 'buyer' },
      { do: 'issue', act: 'lock', as: 'lock', ctr: 1, owner: 'buyer' },
      { do: 'deliver', order: 'lock', screen: 'stolen' },
      { do: 'hand-over', sale: 'sale', screen: 'stolen' },
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', owner: 'buyer' },
      { do: 'deliver', order: 'release', screen: 'home' },
    ],
  },
  {
    ...CASE,
    id: 'SM-TRF-009',
    title: 'a sale older than an order that is over gives the phone to nobody',
    attacks: [23],
    steps: [
      { do: 'sell', as: 'sale', from: 'owner', to: 'rival' },
      ...LOCK,
      { do: 'issue', act: 'release', as: 'release', ctr: 2, of: 'lock', told: true },
      { do: 'deliver', order: 'release', screen: 'home' },
      { do: 'hand-over', sale: 'sale', refusal: 'replay' },
      { do: 'sync', attested: { state: 'protected', ctr: 2, owner: 'owner' } },
    ],
  },
  refused('020', 'a sale whose offer a thief has signed', 'offered-by-thief', 'owner-key'),
  refused('021', 'the sale of another phone', 'another-device', 'not-this-device'),
  refused('022', 'a sale that too few witnesses have seen', 'one-witness', 'witness-quorum', [82]),
  refused('023', 'a sale that a maker has recorded', 'recorded-by-maker', 'signer-set', [94]),
  refused('024', 'a sale that the entry does not stand for', 'another-salt', 'opening'),
  refused('025', 'a sale that never stood in the log', 'never-logged', 'not-included', [54]),
]
