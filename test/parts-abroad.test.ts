import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Refusal, thumbprint, toBase64 } from '../src/core/index.ts'
import { fittedParts } from '../src/device/index.ts'
import { ask } from './ask.ts'
import { Neighbour, type PhoneAbroad } from './neighbour.ts'
import { PartsTrade } from './parts-trade.ts'
import { World, type Handset } from './world.ts'

const refusalOf = (act: Promise<unknown>) =>
  act.then(
    () => 'none',
    (error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      return [error.code, error.facts['why'], error.facts['authority']].filter(Boolean).join(' ')
    },
  )

/** The display off a phone abroad, in a phone at home here. */
async function carried(trade: PartsTrade, from: PhoneAbroad, into: Handset): Promise<void> {
  const shelf = trade.shelf()
  const place = join('parts', 'display')
  await cp(join(from.dir, place), join(shelf, place), { recursive: true })
  await trade.put(shelf, into, 'display')
}

test('A16 stripped abroad: a part of a phone that is stolen in another log is refused here, and its home is told', async () => {
  await using neighbour = await Neighbour.plan()
  await using world = await World.boot({ abroad: neighbour.abroad })
  await neighbour.start(world)
  const trade = new PartsTrade(world)
  const host = await world.enrolOne()
  const [donor, other] = [await neighbour.enrolOne(), await neighbour.enrolOne()]
  await donor.phone.powerOff()
  await other.phone.powerOff()
  const seen = async (caseId: string) =>
    (await neighbour.desk(0).case(caseId)).sightings.filter(({ how }) => how === 'part')

  const caseId = await neighbour.lock(donor.imei)
  await carried(trade, donor, host)
  expect(await refusalOf(host.phone.parts.pair('display'))).toBe(
    'part-refused donor-stolen xb.force',
  )
  expect(host.phone.screen()).toMatchObject({
    kind: 'restricted',
    parts: [{ type: 'display', authority: 'xb.force', why: 'donor-stolen' }],
  })
  const sighting = { verdict: 'stolen', country: 'ZZ', reporter: 'zz.registry-a' }
  expect(await seen(caseId)).toMatchObject([sighting])
  // Asked again it stays one sighting, and refused while its home is out of reach.
  await refusalOf(host.phone.parts.pair('display'))
  expect(await seen(caseId)).toHaveLength(1)
  await neighbour.cut()
  world.advance(10 * 60_000)
  expect(await refusalOf(host.phone.parts.pair('display'))).toContain('donor-stolen xb.force')
  await neighbour.serve()

  // Of a phone that nobody has reported the list says nothing: no maker known here vouches for it.
  await carried(trade, other, host)
  expect(await refusalOf(host.phone.parts.pair('display'))).toBe('part-unknown')
  // The phone's own display comes back to it, whatever is said elsewhere.
  expect(await seen(caseId)).toHaveLength(1)
  await world.audit()
})

test('A16 only a registry tells of a part seen elsewhere, and only a stolen phone has a sighting of it', async () => {
  await using world = await World.boot()
  const [stolen, free] = (await world.enrol(2)) as [Handset, Handset]
  const { caseId } = await world.lock({ imei: stolen.imei })
  await world.settle()
  const displayOf = async ({ dir }: Handset) => {
    const display = (await fittedParts(dir)).find(({ type }) => type === 'display')!
    return toBase64(thumbprint(display.signer!.key))
  }
  const { registry, operators } = world.founding
  const tell = async (part: string, by = registry[0].signer) => {
    const body = { part, country: 'XB' }
    const { code, json } = await ask(world, { path: '/v1/part-sightings', body, by })
    return code ?? json
  }
  expect(await tell(await displayOf(stolen), operators[0]!.signer)).toBe('forbidden')
  expect(await tell('AAAA')).toBe('malformed')
  // The same answer for all: nobody learns whose a part is.
  const nobody = toBase64(new Uint8Array(32))
  for (const part of [nobody, await displayOf(free), await displayOf(stolen)])
    expect(await tell(part)).toEqual({ taken: true })
  const { sightings } = await world.first.case(caseId)
  expect(sightings).toMatchObject([{ how: 'part', country: 'XB', reporter: 'zz.registry-a' }])
  const rows = await world.running.context.db.selectFrom('sightings').select('id').execute()
  expect(rows).toHaveLength(1)
})
