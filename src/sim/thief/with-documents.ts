import { utf8 } from '../../core/index.ts'
import type { ThiefsBench, Trick } from './bench.ts'

const handedIn = (
  trick: Omit<Trick, 'attempt'>,
  door: string,
  document: (bench: ThiefsBench) => Uint8Array,
): Trick => ({
  ...trick,
  attempt: async (bench) => ({ code: await bench.stolen.refused(door, document(bench)) }),
})

function forged({ release }: ThiefsBench): Uint8Array {
  const bytes = release.slice()
  bytes[bytes.length >> 1]! ^= 1
  return bytes
}

/** With papers: old ones, other people's, forged ones. */
export const WITH_DOCUMENTS: readonly Trick[] = [
  handedIn(
    {
      id: 'replay',
      attack: 'A19',
      name: 'an older release of this very phone, played again',
    },
    'bundle',
    ({ release }) => release,
  ),
  handedIn(
    { id: 'foreign', attack: 'A10', name: 'another phone’s order' },
    'bundle',
    ({ foreign }) => foreign,
  ),
  handedIn(
    { id: 'forged', attack: 'A82', name: 'a release with one bit changed' },
    'bundle',
    forged,
  ),
  handedIn({ id: 'sale', attack: 'A23', name: 'a proof of sale made at home' }, 'sale', () =>
    utf8('sold to me'),
  ),
  handedIn({ id: 'rubbish', attack: 'A92', name: 'rubbish instead of an order' }, 'bundle', () =>
    new Uint8Array(64).fill(0xff),
  ),
]
