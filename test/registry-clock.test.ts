import { afterAll, beforeAll, expect, test } from 'vitest'
import { OwnerWaits } from '../src/cli/clients/owner-waits.ts'
import { World, type Handset } from './world.ts'

const DAY = 86_400_000
const TEN_YEARS = 3_652 * DAY
const PASSCODE = { passcode: true, biometric: false }

let world: World
beforeAll(async () => {
  world = await World.boot()
  await world.stopEdge()
})
afterAll(() => world[Symbol.asyncDispose]())

const erase = ({ phone }: Handset) =>
  phone.factoryReset('menu', PASSCODE).then(
    () => 'accepted',
    ({ code }: { readonly code: string }) => code,
  )

/** The registry again, alone with a clock that is off. */
const registryOff = (ms: number) =>
  world.restartWith({
    surroundings: { ...world.surroundings, clock: () => world.surroundings.clock() + ms },
  })

async function begin({ phone, ownerKey }: Handset): Promise<void> {
  await phone.ask('reset', PASSCODE)
  await new OwnerWaits(world.registryUrl, ownerKey).confirm('reset')
}

test('A05: a registry set forward by ten years gives no ticket: the day is over when witnesses say so', async () => {
  const [early, late] = await world.enrol(2)
  await begin(early!)
  await registryOff(TEN_YEARS)
  expect(await erase(early!)).toBe('reset-pending')
  // What is begun under that clock waits from there on: nobody's day is shorter.
  await begin(late!)
  expect(await erase(late!)).toBe('reset-pending')
  world.advance(DAY + 60_000)
  expect(await erase(late!)).toBe('reset-pending')
  // The witnesses' day is over for the first; so it is for whoever is asked with a right clock again.
  await registryOff(0)
  expect(await erase(early!)).toBe('accepted')
  expect(await erase(late!)).toBe('reset-pending')
})

test('A05: without witnesses no day is over', async () => {
  const handset = await world.enrolOne()
  await begin(handset)
  await world.stopWitness()
  world.advance(2 * DAY)
  expect(await erase(handset)).toBe('reset-pending')
  await world.startWitness()
  expect(await erase(handset)).toBe('accepted')
})

test('A05: a held phone stays held for a registry that is ten years ahead', async () => {
  const { phone, owner } = await world.enrolOne()
  await owner.report('theft')
  await world.settle()
  await phone.sync()
  await registryOff(TEN_YEARS)
  await phone.sync()
  expect(phone.screen()).toMatchObject({ kind: 'held' })
  await phone.factoryReset('recovery-wipe')
  await expect(phone.activate()).rejects.toMatchObject({
    code: expect.stringMatching(/^(activation-refused|unavailable|unauthenticated)$/) as string,
  })
  expect(phone.screen()).toMatchObject({ kind: 'held' })
  await registryOff(0)
})
