import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

test('A59, A84: without its guardian a lock stays pending and nobody enforces it; a release works; the guardian returns, the lock is in force', async () => {
  const [pending, free] = await world.enrol(2)
  const { reference } = await free!.owner.report('theft')
  const { caseId } = await world.lock({ reference })
  await world.settle()
  expect(await world.stateOf(free!.imei)).toBe('stolen')

  await world.stopGuardian()
  const lock = await world.lock({ imei: pending!.imei })
  await world.audit() // register, phone and fold agree that it is not in force
  expect(await world.stateOf(pending!.imei)).toBe('protected')
  expect(await world.probe.ask(pending!.imei)).toBe('WHITELISTED')
  // Not even by the one gate that fails closed: without its quorum it is no order.
  await pending!.phone.factoryReset('recovery-wipe')
  await pending!.phone.activate()
  expect(pending!.phone.screen()).toEqual({ kind: 'home' })

  // Mercy needs no guardian.
  await world.first.release(caseId, 'returned', world.force)
  await free!.owner.confirmRelease(reference)
  await world.audit()
  expect(await world.stateOf(free!.imei)).toBe('protected')
  expect(await world.probe.ask(free!.imei)).toBe('WHITELISTED')

  // Nothing is half done: the registry itself may go and come while it waits.
  await world.stopRegistry()
  await world.startRegistry()
  await world.running.context.sequencer.whenRunning()
  await world.audit()
  const { plain, guarded } = world.running.context.sequencer.published
  expect(plain!.checkpoint.size).toBeGreaterThan(lock.index)
  expect(guarded!.checkpoint.size).toBeLessThanOrEqual(lock.index)

  await world.startGuardian()
  await world.audit()
  expect(await world.stateOf(pending!.imei)).toBe('stolen')
  expect(await world.probe.ask(pending!.imei)).toBe('BLACKLISTED')
  expect(pending!.phone.screen()).toMatchObject({ kind: 'stolen' })
  expect(await world.stateOf(free!.imei)).toBe('protected')
})
