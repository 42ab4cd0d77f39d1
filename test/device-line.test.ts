import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeviceLine } from '../src/device/index.ts'
import { World, type Handset } from './world.ts'

let world: World
let handset: Handset
let line: DeviceLine
let wakes = 0
beforeAll(async () => {
  world = await World.boot()
  handset = await world.enrolOne()
  line = handset.phone.line({
    onWake: () => {
      wakes++
      void handset.phone.sync().catch(() => undefined)
    },
    spreadMs: 100,
  })
  line.start()
  await world.until(() => line.stands)
})
afterAll(async () => {
  await line.close()
  await world[Symbol.asyncDispose]()
})

test('a phone on a line obeys a lock without asking for it first', async () => {
  const before = wakes
  await world.lock({ imei: handset.imei })
  await world.until(() => handset.phone.screen()?.kind === 'stolen')
  expect(wakes).toBeGreaterThan(before)
})

test('another phone is not woken by it', async () => {
  const other = await world.enrolOne()
  const before = wakes
  await world.lock({ imei: other.imei })
  await world.settle()
  expect(wakes).toBe(before)
})

test('a lock that waits for its guardians wakes its phone once they have cosigned, not before', async () => {
  const late = await world.enrolOne()
  let woken = 0
  const own = late.phone.line({ onWake: () => void woken++, spreadMs: 100 })
  own.start()
  await world.until(() => own.stands)
  await world.stopGuardian()
  const before = woken
  await world.lock({ imei: late.imei })
  await world.settle()
  expect(woken).toBe(before)
  await world.startGuardian()
  await world.until(() => woken > before)
  await own.close()
})

test('a line that broke off stands again, and the phone asks what it missed', async () => {
  const before = wakes
  await world.stopRegistry()
  await world.until(() => !line.stands)
  await world.startRegistry()
  await world.until(() => line.stands && wakes > before)
})
