import { afterAll, beforeAll, expect, test } from 'vitest'
import { declareConflict } from '../src/cli/clients/identities.ts'
import { decodeSnapshot, imeiOfNumbers, withCheckDigit, type List } from '../src/core/index.ts'
import { bytesOf, headsOf } from '../src/registry/lists/list-rows.ts'
import { ask } from './ask.ts'
import { World, imeiNumber } from './world.ts'

/** Longer than from one making of lists to the next. */
const SOON_MS = 300_001
const DAY_MS = 86_400_001

/** A number in conflict. */
const twice = imeiNumber(900_005)

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

/** The lists of what is there now are made, and the register has found them to be its own. */
async function compared(): Promise<void> {
  await world.settle()
  world.advance(SOON_MS)
  await found()
}

async function found(): Promise<void> {
  const { size } = world.running.context.sequencer.ledger
  await world.until(async () => {
    const { comparedSize, alarms } = await world.edgeHealth()
    expect(alarms).not.toContain('lists-differ')
    return Number(comparedSize) === size
  })
}

/** The register follows again: what is announced while it does not, it does not hear. */
const connected = () =>
  world.until(async () => !String((await world.edgeHealth())['alarms']).includes('feed-away'))

const listed = (bytes: Uint8Array) =>
  [...decodeSnapshot(bytes).groups].flatMap(({ tac, snrs }) =>
    [...snrs].map((snr) => imeiOfNumbers(tac, snr)),
  )

const heads = (list: List) => headsOf(world.running.context.db, list)

test('what a registry signs of its lists is what a register made of the log, step by step', async () => {
  await found() // what was made at the founding
  const [one, two] = await world.enrol(2)
  await compared()

  // A lock that replaces a hold, a bare number, a hold that stands.
  const { reference } = await one!.owner.report('theft')
  const { caseId } = await world.lock({ reference })
  await world.lock({ imei: imeiNumber(900_001) })
  await two!.owner.report('theft')
  await compared()

  // Found and released; a number in conflict; the hold lapses.
  await world.first.found(caseId, 'EX/1', 'ZZ', world.force)
  await world.first.release(caseId, 'returned', world.force)
  await one!.owner.confirmRelease(reference)
  const about = { crimeReference: 'WORLD/CLONE', why: 'theft', imei: twice } as const
  await declareConflict(world.first, {
    caseId: (await world.first.openCase(about)).id,
    imei: twice,
  })
  await compared()
  world.advance(3 * DAY_MS)
  await world.lock({ imei: imeiNumber(900_002) })
  await compared()

  // The registry goes on from what it kept: what is whole is made once a day, and all before it goes.
  await world.stopRegistry()
  await world.startRegistry()
  await connected()
  await world.lock({ imei: imeiNumber(900_003) })
  await compared()
  const [first, ...rest] = (await heads(1)).map(({ kind }) => kind)
  expect(first).toBe('snapshot')
  expect(rest).toContain('delta')
  expect(rest).not.toContain('snapshot')
  await world.audit()
})

test('lists made from orders alone are the same as those made from changes', async () => {
  const { db } = world.running.context
  await db.deleteFrom('number_lists').execute()
  await world.stopRegistry()
  await world.startRegistry()
  await connected()
  await world.lock({ imei: imeiNumber(900_004) })
  await compared()
  expect((await heads(1)).map(({ kind }) => kind)).toEqual(['snapshot'])
})

test('an idle log forgets within a day what its lists no longer name', async () => {
  expect((await heads(1)).map(({ kind }) => kind)).toEqual(['snapshot'])
  await world.lock({ imei: imeiNumber(900_006) })
  await compared()
  expect((await heads(1)).map(({ kind }) => kind)).toEqual(['snapshot', 'delta'])
  world.advance(DAY_MS)
  await world.until(async () => (await heads(1)).length === 1)
  await found()
  // The hold has lapsed long ago; what stands in conflict stays.
  const { size } = (await heads(2))[0]!
  const grey = await bytesOf(world.running.context.db, { list: 2, kind: 'snapshot', size })
  expect(listed(grey!)).toEqual([twice])
})

test('a number released and erased between two lists is in none of them', async () => {
  const handset = await world.enrolOne()
  const { reference } = await handset.owner.report('theft')
  const { caseId } = await world.lock({ reference })
  await compared()
  await world.first.found(caseId, 'EX/2', 'ZZ', world.force)
  await world.first.release(caseId, 'returned', world.force)
  await handset.owner.confirmRelease(reference)
  const erased = await ask(world, {
    path: '/v1/erasures',
    body: { imei: withCheckDigit(handset.imei) },
    by: world.founding.registry[0].signer,
  })
  expect(erased.status).toBe(200)
  await compared()
  const { size } = (await heads(1)).at(-1)!
  const black = await bytesOf(world.running.context.db, { list: 1, kind: 'snapshot', size })
  expect(listed(black!)).not.toContain(handset.imei)
})
