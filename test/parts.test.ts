import { afterAll, beforeAll, expect, test } from 'vitest'
import { madeBinding, parseMadeDevice, type PartType } from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { PartsTrade } from './parts-trade.ts'
import { World, type Handset } from './world.ts'

let world: World
let trade: PartsTrade
beforeAll(async () => {
  world = await World.boot()
  trade = new PartsTrade(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const refusalOf = (act: Promise<unknown>) =>
  act.then(
    () => 'none',
    ({ code, facts }: { code: string; facts: { why?: string } }) =>
      [code, facts?.why].filter(Boolean).join(' '),
  )
const pair = ({ phone }: Handset, type: PartType, release?: Uint8Array) =>
  refusalOf(phone.parts.pair(type, release))

/** What the glass says of parts: type, code and why. */
function shown({ phone }: Handset): string[] {
  const screen = phone.screen()
  if (screen?.kind !== 'restricted') return [screen?.kind ?? 'off']
  return screen.parts.map(({ type, code, why }) => [type, code, why].filter(Boolean).join(' '))
}

async function partSightings(caseId: string) {
  const { sightings } = await world.first.case(caseId)
  return sightings.filter(({ how }) => how === 'part')
}

test('a phone boots with the parts it was made with, and attests them', async () => {
  const phone = await world.enrolOne()
  expect(shown(phone)).toEqual(['home'])
  const { db } = world.running.context
  const rows = await db
    .selectFrom('parts')
    .select('type')
    .where('host', '=', phone.device)
    .execute()
  expect(rows).toHaveLength(6)
  await phone.phone.factoryReset('recovery-wipe')
  await phone.phone.activate()
  expect(shown(phone)).toEqual(['home'])
})

test('A16 stripped for parts: every phone refuses each, and tells why, whom to call, and police', async () => {
  const [stolen, honest] = await world.enrol(2)
  await trade.swap(honest!, stolen!, 'display') // taken out before anybody reported it
  expect(shown(honest!)).toEqual(['display part-refused not-paired'])
  expect(await pair(honest!, 'display')).toBe('part-refused not-released')
  const { caseId } = await world.lock({ imei: stolen!.imei })
  await world.audit()

  expect(await pair(honest!, 'display')).toBe('part-refused donor-stolen')
  expect(honest!.phone.screen()).toMatchObject({
    kind: 'restricted',
    parts: [{ authority: 'zz.force', text: expect.stringContaining('call zz.force') }],
  })
  expect(await partSightings(caseId)).toMatchObject([{ verdict: 'stolen', country: 'ZZ' }])
  honest!.phone.call('112')
  honest!.phone.hangUp()
  expect(() => honest!.phone.call('5550100')).toThrow('only emergency calls')
  await expect(honest!.phone.factoryReset('menu')).rejects.toMatchObject({ code: 'reset-refused' })

  // Nor after it came home, without its owner's word; nor does the owner's word count before.
  await world.first.found(caseId, 'EX/1', 'ZZ', world.force)
  expect(await pair(honest!, 'display')).toBe('part-refused donor-stolen')
  await world.audit()
})

test('A15 main board in another case: the board is the phone, and its parts point back to it', async () => {
  const [stolen, honest] = await world.enrol(2)
  const { caseId } = await world.lock({ imei: stolen!.imei })
  await world.settle()
  await stolen!.phone.sync()
  for (const type of ['display', 'battery', 'rear-camera'] as const)
    await trade.swap(stolen!, honest!, type)
  expect(stolen!.phone.screen()).toMatchObject({ kind: 'stolen', authority: 'zz.force' })
  expect(await pair(stolen!, 'display')).toBe('wrong-state')
  for (const type of ['display', 'battery', 'rear-camera'] as const)
    expect(await pair(honest!, type)).toBe('part-refused donor-stolen')
  expect(shown(honest!)).toEqual(
    ['display', 'battery', 'rear-camera'].map((type) => `${type} part-refused donor-stolen`),
  )
  expect(await partSightings(caseId)).toHaveLength(1)
  await world.audit()
})

test('A17 forged part: a chip without the key, or with another one', async () => {
  const [real, other] = await world.enrol(2)
  await trade.put(await trade.forged(real!, 'display'), other!, 'display')
  expect(shown(other!)).toEqual(['display part-signature'])
  expect(await pair(other!, 'display')).toBe('part-signature')
  // A chip with a key of its own, that shows another one's papers.
  const thief = generateEs256().signer
  await trade.put(await trade.spares(['display'], thief), other!, 'display')
  expect(await pair(other!, 'display')).toBe('part-unknown')
  expect(shown(other!)).toEqual(['display part-unknown'])
  expect(shown(real!)).toEqual(['home'])
})

test('A17 one genuine part copied: it is found in two phones, and its own phone goes on', async () => {
  const [real, first, second] = await world.enrol(3)
  await trade.put(await trade.copy(real!, 'display'), first!, 'display')
  await trade.put(await trade.copy(real!, 'display'), second!, 'display')
  expect(await pair(first!, 'display')).toBe('part-refused not-released')
  await real!.phone.sync()
  expect(await pair(first!, 'display')).toBe('part-duplicate')
  expect(await pair(second!, 'display')).toBe('part-duplicate')
  await real!.phone.powerOff()
  await real!.phone.powerOn()
  await real!.phone.sync()
  expect(shown(real!)).toEqual(['home'])
  const { caseId } = await world.lock({ imei: real!.imei })
  const seen = await partSightings(caseId)
  expect(seen.map(({ verdict }) => verdict)).toContain('part-duplicate')
  await world.audit()
})

test('a display tried in another phone and put back is no copy', async () => {
  const [shop, customer] = await world.enrol(2)
  await trade.swap(shop!, customer!, 'display')
  expect(await pair(shop!, 'display')).toBe('part-refused not-released')
  world.advance(20 * 60_000)
  await trade.swap(shop!, customer!, 'display')
  await customer!.phone.sync()
  expect([shown(shop!), shown(customer!)]).toEqual([['home'], ['home']])
  await trade.swap(shop!, customer!, 'display')
  expect(await pair(shop!, 'display')).toBe('part-refused not-released')
  await trade.swap(shop!, customer!, 'display')
})

test('A29 a part is given away by its phone and its owner, once, to one', async () => {
  const [donor, host, late] = await world.enrol(3)
  const { signer: thief } = generateEs256()
  const forged = await donor!.phone.parts.release(['display'], thief)
  const given = await donor!.phone.parts.release(['display', 'battery'], donor!.ownerKey)
  await trade.swap(donor!, host!, 'display')
  expect(await pair(host!, 'display', forged)).toBe('owner-key')
  const byRepairer = await trade.paper(donor!, ['display'], 'deadBoard', [thief], host!.dir)
  expect(await pair(host!, 'display', byRepairer)).toBe('signer-set')
  expect(await pair(host!, 'display', given)).toBe('none')
  expect(shown(host!)).toEqual(['home'])

  // Again, with what was already used; and from the new phone, without a word of its owner.
  await trade.swap(late!, host!, 'display')
  expect(await pair(late!, 'display', given)).toBe('donor-release-used')
  expect(await pair(late!, 'display')).toBe('part-refused not-released')
  const second = await host!.phone.parts.release(['display'], host!.ownerKey)
  expect(await pair(late!, 'display', second)).toBe('none')
  expect(shown(late!)).toEqual(['home'])
  await world.audit()
})

test('A29 a hold or a lock in between ends it: the release waits as long as the phone does', async () => {
  const [donor, host] = await world.enrol(2)
  const given = await donor!.phone.parts.release(['display'], donor!.ownerKey)
  await trade.swap(donor!, host!, 'display')
  await donor!.owner.report('theft')
  await world.settle()
  expect(await pair(host!, 'display', given)).toBe('part-refused donor-held')
  expect(host!.phone.screen()).toMatchObject({
    parts: [{ text: expect.stringMatching(/Wait until 20\d\d-/) }],
  })
  await donor!.phone.sync()
  const refused = refusalOf(donor!.phone.parts.release(['display'], donor!.ownerKey))
  expect(await refused).toBe('wrong-state')
})

test('a spare of the maker, a harvest of a recycler, a dead board at a repairer', async () => {
  const { national } = world.founding
  const repairer = await trade.certify('zz.repairer', 'repairer', national.signer)
  const recycler = await trade.certify('zz.recycler', 'recycler', national.signer)
  const [dead, host, another] = await world.enrol(3)
  await trade.put(await trade.spares(['display']), host!, 'display')
  expect(shown(host!)).toEqual(['display part-refused not-paired'])
  expect(await pair(host!, 'display')).toBe('none')
  expect(shown(host!)).toEqual(['home'])

  for (const type of ['battery', 'modem', 'biometric'] as const)
    await trade.swap(dead!, host!, type)
  const { ownerKey } = dead!
  const paper = (types: readonly PartType[], ...by: (typeof ownerKey)[]) =>
    trade.paper(dead!, types, 'deadBoard', by, host!.dir)
  expect(await pair(host!, 'battery', await paper(['battery'], repairer, ownerKey))).toBe(
    'owner-key',
  )
  expect(await pair(host!, 'battery', await paper(['battery'], ownerKey, repairer))).toBe('none')
  const harvest = await paper(['modem', 'biometric'], ownerKey, recycler)
  expect(await pair(host!, 'modem', harvest)).toBe('none')
  expect(await pair(host!, 'biometric', harvest)).toBe('none')
  expect(shown(host!)).toEqual(['home'])
  // Who is no repairer signs for nobody's dead board.
  const { maker } = world.founding
  await trade.swap(dead!, another!, 'front-camera')
  const byMaker = await trade.paper(
    dead!,
    ['front-camera'],
    'deadBoard',
    [ownerKey, maker.signer],
    another!.dir,
  )
  expect(await pair(another!, 'front-camera', byMaker)).toBe('signer-set')
  const retired = await trade.paper(dead!, ['front-camera'], 'retired', [ownerKey], another!.dir)
  expect(await pair(another!, 'front-camera', retired)).toBe('wrong-state')
  await world.audit()
})

test('two phones with one release: one of them gets the part', async () => {
  const [donor, one, two] = await world.enrol(3)
  const given = await donor!.phone.parts.release(['display'], donor!.ownerKey)
  await trade.put(await trade.copy(donor!, 'display'), one!, 'display')
  await trade.put(await trade.copy(donor!, 'display'), two!, 'display')
  const both = await Promise.all([pair(one!, 'display', given), pair(two!, 'display', given)])
  expect(both.toSorted()).toEqual(['donor-release-used', 'none'])
  // Asked again after the answer was lost, the same phone is told the same.
  const winner = both[0] === 'none' ? one! : two!
  const { context } = world.running
  const size = context.sequencer.ledger.size
  expect(await pair(winner, 'display', given)).toBe('none')
  expect(context.sequencer.ledger.size).toBe(size)
})

test('a process that dies after it promised a part goes on with the same phone, and no other', async () => {
  const [donor, host, other] = await world.enrol(3)
  const given = await donor!.phone.parts.release(['display'], donor!.ownerKey)
  await trade.swap(donor!, host!, 'display')
  const [, part] = parseMadeDevice(donor!.record).parts.find(([type]) => type === 'display')!
  await world.running.context.db
    .insertInto('part_bindings')
    .values({
      part_id: part,
      previous: madeBinding(donor!.record),
      hash: new Uint8Array(32),
      host: host!.device,
      donor: donor!.device,
      binding: new Uint8Array(1),
      release: given,
      salt: new Uint8Array(32),
      log_index: null,
      at_ms: 0,
    })
    .execute()
  await trade.put(await trade.copy(host!, 'display'), other!, 'display')
  expect(await pair(other!, 'display', given)).toBe('donor-release-used')
  expect(await pair(host!, 'display', given)).toBe('none')
  expect(shown(host!)).toEqual(['home'])
  await world.audit()
})
