import { describe, expect, it } from 'vitest'
import { generateEs256, machine, nodeVerifiers } from '../../host/index.ts'
import { refusalOf } from '../testing/stage.ts'
import { checkGrants } from './check-grants.ts'
import { encodeGrants, parseGrants, type Grants } from './grants.ts'
import { locksBehind, raisedBy } from './lock-bits.ts'
import { approve, endTerm, keysOf, makeGrant } from './sign-grants.ts'

const key = () => generateEs256().signer
const people = { approver: key(), police: key(), owner: key() }
const governed = { approver: people.approver.key, device: machine.random(32) }
const { es256 } = nodeVerifiers()

function made(by = people, of = governed): Grants {
  const ends = [0, 1].map((term) => endTerm(by.approver, of, term))
  const mandate = approve(by.approver, of, keysOf(by), ends)
  const grants = [makeGrant('lock', 0, of, by), makeGrant('release', 0, of, by)]
  return { mandate, grants }
}
const judged = (grants: Grants) =>
  refusalOf(() => checkGrants(governed, parseGrants(encodeGrants(grants)), es256))

describe('A92 grants, before the chip sees them', () => {
  const good = made()
  const { mandate, grants } = good
  const [lock, release] = grants as [Grants['grants'][0], Grants['grants'][0]]

  it('hold where everybody signed for this phone, this bit and this term', async () => {
    expect(await judged(good)).toBe('none')
    expect(await judged({ mandate, grants: [] })).toBe('none')
  })

  it.each<[string, Grants]>([
    ['an approver of somebody else’s', made({ ...people, approver: key() })],
    ['another phone', made(people, { ...governed, device: machine.random(32) })],
    [
      'another police key than approved',
      { mandate, grants: [makeGrant('lock', 0, governed, { ...people, police: key() })] },
    ],
    [
      'police in the owner’s slot',
      { mandate, grants: [makeGrant('release', 0, governed, { ...people, owner: people.police })] },
    ],
    ['another bit', { mandate, grants: [{ ...lock, number: 1 }] }],
    [
      'a lock as a release',
      { mandate, grants: [{ ...lock, act: 'release', owner: release.owner }] },
    ],
    ['another term', { mandate: { ...mandate, ends: mandate.ends.slice(0, 1) }, grants: [] }],
    [
      'terms ended by police',
      {
        mandate: approve(people.approver, governed, keysOf(people), [
          endTerm(people.police, governed, 0),
        ]),
        grants: [],
      },
    ],
    [
      'the approvals changed about',
      {
        mandate: {
          ...mandate,
          approvals: { lock: mandate.approvals.release, release: mandate.approvals.lock },
        },
        grants: [],
      },
    ],
  ])('do not with %s', async (_, bad) => {
    expect(await judged(bad)).toBe('signature')
  })
})

it('a phone boots behind a row of released locks, and with nothing else', () => {
  const bits = (lock: bigint, release = lock) => locksBehind({ lock, release })
  expect([bits(0n), bits(1n), bits(3n), bits(2n ** 63n - 1n)]).toEqual([0, 1, 2, 63])
  for (const shut of [bits(1n, 0n), bits(0n, 1n), bits(2n), bits(5n), bits(3n, 1n)])
    expect(shut).toBeNull()
  const after = raisedBy({ lock: 1n, release: 0n }, made().grants)
  expect(after).toEqual({ lock: 1n, release: 1n })
})
