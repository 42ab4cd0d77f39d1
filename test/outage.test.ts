import { expect, test } from 'vitest'
import { World } from './world.ts'

const PHONES = 20
const BOOTS = 20

test('A60 every server is gone: of 400 boots none ends at a gate, and a held phone opens to its owner', async () => {
  await using world = await World.boot()
  const [held, ...free] = await world.enrol(PHONES + 1)
  await held!.owner.report('lost')
  await world.settle()
  await held!.phone.sync()
  expect(held!.phone.screen()).toMatchObject({ kind: 'held' })

  await world.stopEdge()
  await world.stopStatusSigner()
  await world.stopRegistry()
  await world.stopGuardian()
  await world.stopWitness()
  let atHome = 0
  for (let i = 0; i < BOOTS; i++)
    await Promise.all(
      free.map(async ({ phone }) => {
        await phone.powerOff()
        await phone.powerOn()
        if (phone.screen()?.kind === 'home') atHome++
      }),
    )
  expect(atHome).toBe(PHONES * BOOTS)
  await expect(free[0]!.phone.sync()).rejects.toMatchObject({ code: 'unavailable' })
  expect(free[0]!.phone.screen()).toEqual({ kind: 'home' })

  await held!.phone.powerOff()
  await held!.phone.powerOn()
  expect(held!.phone.screen()).toMatchObject({ kind: 'held' })
  held!.phone.unlock({ passcode: true, biometric: true })
  expect(held!.phone.screen()).toEqual({ kind: 'home' })
  // Only what was erased waits for the servers.
  await free[1]!.phone.factoryReset('recovery-wipe')
  await expect(free[1]!.phone.activate()).rejects.toMatchObject({ code: 'unavailable' })
  expect(free[1]!.phone.screen()).toEqual({ kind: 'activation-needed' })
})
