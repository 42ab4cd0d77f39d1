import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

test('one theft, from the report to the return, with an audit after each step', async () => {
  const { phone, imei, owner } = await world.enrolOne()
  await world.audit()

  const { reference } = await owner.report('theft')
  await world.audit()
  expect(await world.stateOf(imei)).toBe('held')

  const { caseId } = await world.lock({ reference })
  await world.audit()
  expect(phone.screen()).toMatchObject({ kind: 'stolen', authority: 'zz.force' })

  await phone.factoryReset('recovery-wipe')
  await expect(phone.activate()).rejects.toMatchObject({ code: 'activation-refused' })
  expect(await phone.attach(world.edgeUrl, 0)).toMatchObject({
    admitted: false,
    answer: 'BLACKLISTED',
  })
  await world.audit()
  const { sightings } = await world.first.case(caseId)
  // One attach while held, one while stolen, and the activation: repeats within the hour are folded.
  expect(sightings.map(({ how }) => how).toSorted()).toEqual(['activation', 'attach', 'attach'])

  await world.first.found(caseId, 'EX/1', 'ZZ', world.force)
  await world.audit()
  expect(await world.stateOf(imei)).toBe('recovered')

  await world.first.release(caseId, 'returned', world.force)
  await owner.confirmRelease(reference)
  await world.audit()
  expect(await world.stateOf(imei)).toBe('protected')
  await phone.activate()
  expect(phone.screen()).toEqual({ kind: 'home' })
})
