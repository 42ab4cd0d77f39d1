import { expect, test } from 'vitest'
import { ask } from '../../../test/ask.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'
import { signSighting, toBase64, type Sighting, type Signer } from '../../core/index.ts'
import { generateEs256, machine } from '../../host/index.ts'

const DAY = 86_400

describeOnEachEngine("an operator's sightings", (open) => {
  test('A66: counted once, signed by who sends them, of our time; one bad one spoils no other', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const operator = world.founding.operators[0]!.signer
    const imei = imeiNumber(1)
    const { caseId } = await world.lock({ imei })
    const now = Math.floor(world.surroundings.clock() / 1000)
    const seen = (changes: Partial<Sighting> = {}, by: Signer = operator) => {
      const sighting: Sighting = {
        id: machine.random(16),
        at: now,
        how: 'attach',
        verdict: 'BLACKLISTED',
        svn: null,
        imei,
        country: 'ZZ',
        network: '00101',
        treeSize: 1,
        ...changes,
      }
      return toBase64(signSighting(sighting, by))
    }
    const send = (sightings: string[], by = operator) =>
      ask(world, { path: '/v1/sightings', body: { sightings }, by })

    const first = seen()
    const batch = [
      first,
      seen({}, generateEs256().signer),
      seen({ at: now + 3_600 }),
      seen({ at: now - 30 * DAY - 1 }),
      'AAAA',
      seen({ imei: imeiNumber(99) }),
      first,
    ]
    expect((await send(batch)).json).toEqual({
      accepted: 2,
      repeated: 1,
      refused: [
        { position: 1, code: 'sighting-signature' },
        { position: 2, code: 'sighting-replayed' },
        { position: 3, code: 'sighting-replayed' },
        { position: 4, code: 'malformed' },
      ],
    })
    expect((await send([first])).json).toMatchObject({ accepted: 0, repeated: 1 })
    expect((await world.first.case(caseId)).sightings.length).toBe(1)
    expect((await send([])).code).toBe('malformed')
    expect((await send(Array(501).fill(first) as string[])).code).toBe('malformed')
    expect((await send([first], world.founding.officers[0]!.signer)).code).toBe('forbidden')
  })
})
