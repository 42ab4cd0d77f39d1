import type { RefusalCode } from '../../core/index.ts'
import type { Case, DonorIs, Lie, PartFrom, PartSaid, Step } from '../case.ts'
import { LOCK } from './boot.ts'
import { OWN_BACK, PARTS, SPARE, fitted, partCase } from './parts.ts'

/** A part that its maker built into another phone. */
const DONATED: Step = { do: 'part', as: 'part', type: 'display', from: 'donor' }
const RELEASE: Step = { do: 'part-release', as: 'release', of: 'part' }
const PAIRED: Step = { do: 'pair', type: 'display', release: 'release', screen: 'home' }
const BOUND: Step = { do: 'sync', attested: { state: 'protected', ctr: 0, display: 'part' } }

/** Asked for and refused: the phone stays shut and says why, after a boot too; its own part opens it. */
const refused = (release: { readonly release?: string }, part: PartSaid): readonly Step[] => [
  {
    do: 'pair',
    type: 'display',
    ...release,
    refusal: part.code,
    screen: 'restricted',
    shows: { part },
  },
  { do: 'sync', attested: { state: 'protected', ctr: 0, display: null } },
  { do: 'reboot', screen: 'restricted' },
  OWN_BACK,
]

function donor(number: string, title: string, is: DonorIs, attacks: readonly number[]): Case {
  const part = { code: 'part-refused', why: 'donor-stolen', authority: 'force' } as const
  return partCase(number, title, attacks, [
    DONATED,
    // Given away before it was stolen: the theft counts, not the day of the release.
    RELEASE,
    { do: 'donor', of: 'part', is },
    fitted('part'),
    ...refused({ release: 'release' }, part),
  ])
}

function unvouched(
  number: string,
  title: string,
  from: PartFrom,
  code: RefusalCode,
  attacks: readonly number[],
): Case {
  return partCase(number, title, attacks, [
    { do: 'part', as: 'part', type: 'display', from },
    fitted('part'),
    ...refused({}, { code }),
  ])
}

function token(
  number: string,
  title: string,
  lies: Lie,
  refusal: RefusalCode,
  attacks: readonly number[],
): Case {
  return partCase(number, title, attacks, [
    // A phone that has been locked and released knows a time and a tree.
    ...LOCK,
    { do: 'issue', act: 'release', as: 'freed', ctr: 2, of: 'lock', told: true },
    { do: 'deliver', order: 'freed', screen: 'home' },
    SPARE,
    fitted('spare'),
    { do: 'registry', lies },
    { do: 'pair', type: 'display', refusal, screen: 'restricted' },
    { do: 'reboot', screen: 'restricted' },
    { do: 'registry', lies: null },
    { do: 'pair', type: 'display', screen: 'home' },
  ])
}

export const PAIRINGS: readonly Case[] = [
  {
    ...PARTS,
    id: 'SM-PRT-010',
    title: 'a spare of its maker is taken in, and the one before is then a stranger',
    attacks: [16],
    steps: [
      { do: 'keep' },
      SPARE,
      fitted('spare'),
      { do: 'pair', type: 'display', screen: 'home' },
      { do: 'read', kept: true },
      { do: 'sync', attested: { state: 'protected', ctr: 0, display: 'spare' } },
      { do: 'fit', type: 'display', part: 'own', screen: 'restricted' },
      { do: 'pair', type: 'display', screen: 'home' },
      { do: 'sync', attested: { state: 'protected', ctr: 0, display: 'own' } },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-011',
    title: 'a paired part needs no network, whatever comes',
    attacks: [60],
    steps: [
      SPARE,
      fitted('spare'),
      { do: 'pair', type: 'display', screen: 'home' },
      { do: 'network', is: 'down' },
      { do: 'reboot', times: 3, screen: 'home' },
      { do: 'power', to: 'pull' },
      { do: 'power', to: 'on', screen: 'home' },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-012',
    title: 'without its registry a phone takes no part in',
    attacks: [20],
    steps: [
      SPARE,
      fitted('spare'),
      { do: 'network', is: 'down' },
      { do: 'pair', type: 'display', refusal: 'some', screen: 'restricted' },
      { do: 'reboot', screen: 'restricted' },
      { do: 'pair', type: 'display', refusal: 'some', screen: 'restricted' },
      { do: 'network', is: 'up' },
      { do: 'pair', type: 'display', screen: 'home' },
    ],
  },
  donor(
    '013',
    'a part of a stolen phone is refused, and the phone says whom to call',
    'stolen',
    [16],
  ),
  donor('014', 'a part of a phone that was found is refused as well', 'recovered', [16]),
  {
    ...PARTS,
    id: 'SM-PRT-015',
    title: 'a part of a held phone waits, and the phone says until when',
    attacks: [16],
    steps: [
      DONATED,
      RELEASE,
      { do: 'donor', of: 'part', is: 'held' },
      fitted('part'),
      {
        do: 'pair',
        type: 'display',
        release: 'release',
        refusal: 'part-refused',
        screen: 'restricted',
        shows: { part: { code: 'part-refused', why: 'donor-held', until: 'part' } },
      },
      { do: 'reboot', screen: 'restricted' },
      { do: 'donor', of: 'part', is: 'protected' },
      PAIRED,
      BOUND,
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-016',
    title: 'a part that its owner has not given away is refused, and taken in when he has',
    attacks: [16, 29],
    steps: [
      DONATED,
      fitted('part'),
      {
        do: 'pair',
        type: 'display',
        refusal: 'part-refused',
        screen: 'restricted',
        shows: { part: { code: 'part-refused', why: 'not-released' } },
      },
      { do: 'reboot', screen: 'restricted' },
      RELEASE,
      PAIRED,
      BOUND,
      { do: 'reboot', screen: 'home' },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-017',
    title: 'a release that another than the owner has signed gives nothing away',
    attacks: [29],
    steps: [
      DONATED,
      { ...RELEASE, by: 'anybody' },
      fitted('part'),
      {
        do: 'pair',
        type: 'display',
        release: 'release',
        refusal: 'owner-key',
        screen: 'restricted',
      },
      { do: 'reboot', screen: 'restricted' },
      RELEASE,
      PAIRED,
      BOUND,
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-018',
    title: 'a release gives a part away once',
    attacks: [29],
    steps: [
      DONATED,
      { ...RELEASE, spent: true },
      fitted('part'),
      ...refused({ release: 'release' }, { code: 'donor-release-used' }),
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-019',
    title: 'a part that answers in another phone too is refused',
    attacks: [17],
    steps: [
      { ...DONATED, copied: true },
      fitted('part'),
      ...refused({}, { code: 'part-duplicate' }),
    ],
  },
  unvouched(
    '020',
    'a part whose maker’s key was voided is refused',
    'void-batch',
    'part-batch-revoked',
    [17, 94],
  ),
  unvouched(
    '021',
    'a part that a stranger vouches for is refused',
    'stranger',
    'part-unknown',
    [17],
  ),
  unvouched('022', 'a part that nobody vouches for is refused', 'nobody', 'part-unknown', [17]),
  {
    ...PARTS,
    id: 'SM-PRT-023',
    title: 'a recycler’s harvest works: the parts of a retired phone, with its owner’s word',
    attacks: [29],
    steps: [
      DONATED,
      { do: 'donor', of: 'part', is: 'retired' },
      fitted('part'),
      { do: 'pair', type: 'display', refusal: 'part-refused', screen: 'restricted' },
      RELEASE,
      PAIRED,
      BOUND,
    ],
  },
  token(
    '030',
    'a pairing for another phone',
    'pairing-other-device',
    'token-wrong-device',
    [10, 16],
  ),
  token('031', 'a pairing of another part', 'pairing-other-part', 'token-nonce', [10, 16]),
  token(
    '032',
    'a pairing that answers another question',
    'pairing-other-nonce',
    'token-nonce',
    [10],
  ),
  token(
    '033',
    'a pairing that has expired by cosigned time',
    'pairing-expired',
    'token-expired',
    [10],
  ),
  token(
    '034',
    'a pairing of a smaller log than one seen',
    'pairing-smaller-tree',
    'tree-went-back',
    [11],
  ),
  token('035', 'a pairing that a stranger signed', 'pairing-stranger', 'chain', [10]),
  token('036', 'a pairing that the maker signed', 'pairing-maker', 'signer-set', [94]),
]
