import { expect, test } from 'vitest'
import { World } from './world.ts'

test('A30 a phone stolen once more, from the police store, is as useless as before, until it is released', async () => {
  await using world = await World.boot()
  const { phone, imei, owner } = await world.enrolOne()
  const { reference } = await owner.report('theft')
  const { caseId } = await world.lock({ reference })
  await world.first.found(caseId, 'EX/30', 'ZZ', world.force)
  await world.audit()

  // Whoever took the crate wipes it and tries it abroad and at home.
  await phone.factoryReset('recovery-wipe')
  await expect(phone.activate()).rejects.toMatchObject({ code: 'activation-refused' })
  expect(await phone.attach(world.edgeUrl, 0)).toMatchObject({
    admitted: false,
    answer: 'BLACKLISTED',
  })
  expect(phone.screen()).toMatchObject({ kind: 'recovered' })
  await world.settle()
  const { sightings } = await world.first.case(caseId)
  expect(sightings.map(({ verdict, how }) => `${verdict} ${how}`).toSorted()).toEqual([
    'recovered activation',
    'recovered attach',
  ])

  // A release by police alone is none: the owner has to hold it.
  await world.first.release(caseId, 'returned', world.force)
  await world.audit()
  expect(await world.stateOf(imei)).toBe('recovered')
  await owner.confirmRelease(reference)
  await world.audit()
  await phone.activate()
  expect(phone.screen()).toEqual({ kind: 'home' })
})
