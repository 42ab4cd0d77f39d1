import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { World, imeiNumber } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

test('an empty register that begins while guardians are away still enforces the locks they saw', async () => {
  const seen = imeiNumber(900_001)
  await world.lock({ imei: seen })
  await world.settle()
  await world.stopGuardian()
  const unseen = imeiNumber(900_002)
  await world.lock({ imei: unseen })
  await world.stopEdge()
  rmSync(join(world.folder, 'edge'), { recursive: true })
  await world.startEdge()
  await world.settle()
  expect(await world.probe.ask(seen)).toBe('BLACKLISTED')
  expect(await world.probe.ask(unseen)).toBe('WHITELISTED')
  await world.startGuardian()
  await world.settle()
  expect(await world.probe.ask(unseen)).toBe('BLACKLISTED')
})
