import type { RefusalCode } from '../../core/index.ts'
import type { Case, ListBend, PartFrom, PartSaid, Step } from '../case.ts'
import { OWN_BACK, PARTS, SPARE, fitted, partCase } from './parts.ts'

const STOLEN: readonly Step[] = [
  { do: 'part', as: 'part', type: 'display', from: 'donor' },
  { do: 'donor', of: 'part', is: 'stolen' },
]
const LIST: Step = { do: 'part-list', as: 'list', names: ['part'] }
const OFFLINE: Step = { do: 'network', is: 'down' }
const taken = (list: string): Step => ({ do: 'take-list', list, screen: 'home' })
const KNOWN = { code: 'part-refused', why: 'donor-stolen', authority: 'force' } as const
const NOT_PAIRED = { code: 'part-refused', why: 'not-paired' } as const

function offline(
  number: string,
  title: string,
  from: PartFrom,
  part: PartSaid,
  attacks: readonly number[],
): Case {
  return partCase(number, title, attacks, [
    ...STOLEN,
    LIST,
    taken('list'),
    OFFLINE,
    { do: 'part', as: 'other', type: 'display', from },
    fitted('other', part),
    OWN_BACK,
  ])
}

/** Refused, and then the sound one of the same log is taken. */
function list(
  number: string,
  title: string,
  bend: ListBend,
  refusal: RefusalCode,
  attacks: readonly number[],
): Case {
  return partCase(number, title, attacks, [
    ...STOLEN,
    { do: 'part-list', as: 'bent', names: ['part'], bend },
    { do: 'take-list', list: 'bent', refusal, screen: 'home' },
    fitted('part', NOT_PAIRED),
    LIST,
    { do: 'take-list', list: 'list', screen: 'restricted', shows: { part: KNOWN } },
    OWN_BACK,
  ])
}

export const PART_LISTS: readonly Case[] = [
  {
    ...PARTS,
    id: 'SM-PRT-040',
    title:
      'a phone that carries the list knows a stolen part without any network, and whom to call',
    attacks: [16, 20],
    steps: [
      ...STOLEN,
      LIST,
      taken('list'),
      OFFLINE,
      fitted('part', KNOWN),
      { do: 'reboot', screen: 'restricted', shows: { part: KNOWN } },
      OWN_BACK,
    ],
  },
  offline('041', 'an honest spare is never called stolen', 'spare', NOT_PAIRED, [16]),
  offline(
    '042',
    'without a network, a part of another phone waits for its owner’s word',
    'donor',
    { code: 'part-refused', why: 'not-released' },
    [16],
  ),
  offline(
    '043',
    'without a network, a part whose maker’s key was voided is refused',
    'void-batch',
    { code: 'part-batch-revoked' },
    [94],
  ),
  offline(
    '044',
    'without a network, a part that nobody vouches for is refused',
    'nobody',
    { code: 'part-unknown' },
    [17],
  ),
  {
    ...PARTS,
    id: 'SM-PRT-045',
    title: 'no list takes from a phone a part that is bound to it',
    attacks: [67],
    steps: [
      ...STOLEN,
      { do: 'part-list', as: 'list', names: ['own', 'part'] },
      taken('list'),
      { do: 'reboot', screen: 'home' },
      { do: 'sync', screen: 'home', attested: { state: 'protected', ctr: 0, display: 'own' } },
    ],
  },
  {
    ...PARTS,
    id: 'SM-PRT-046',
    title: 'an older list replaces no newer one',
    attacks: [18],
    steps: [
      ...STOLEN,
      { do: 'part-list', as: 'older', names: [] },
      { do: 'donor', of: 'part', is: 'stolen' },
      LIST,
      taken('list'),
      { do: 'take-list', list: 'older', refusal: 'tree-went-back', screen: 'home' },
      fitted('part', KNOWN),
      OWN_BACK,
    ],
  },
  list('050', 'a list that a stranger signed', 'stranger', 'chain', [16]),
  list('051', 'a list that the maker signed', 'signed-by-maker', 'signer-set', [94]),
  list('052', 'a list without any guardian', 'no-guardians', 'guardian-quorum', [52]),
  list('053', 'a list with too few witnesses', 'one-witness', 'witness-quorum', [82]),
  list('054', 'a list of another country’s log', 'other-country-log', 'log-unknown', [56]),
  list('055', 'a list of another tree than its checkpoint', 'another-tree', 'not-included', [82]),
  list('056', 'a list that its registry did not sign', 'another-list', 'snapshot-hash', [92]),
  {
    ...PARTS,
    level: 'should',
    id: 'SM-PRT-060',
    title: 'a phone fetches the list by itself when it asks for its orders',
    attacks: [16, 20],
    steps: [
      ...STOLEN,
      { ...LIST, told: true },
      { do: 'sync', screen: 'home' },
      fitted('part', KNOWN),
    ],
  },
  {
    ...PARTS,
    level: 'should',
    id: 'SM-PRT-061',
    title: 'what is wrong with a part is said in a sentence, of a stolen one and of an honest one',
    demands: [6, 9],
    attacks: [16],
    steps: [
      ...STOLEN,
      LIST,
      taken('list'),
      fitted('part', { ...KNOWN, inWords: true }),
      SPARE,
      fitted('spare', { ...NOT_PAIRED, inWords: true }),
    ],
  },
]
