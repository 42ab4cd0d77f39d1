import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { imagePath, type Phone } from '../src/device/index.ts'
import { codeOfWork } from './vectors/outcome.ts'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

async function flash(phone: Phone, path: string, bytes: Uint8Array): Promise<void> {
  await phone.powerOff()
  await writeFile(path, bytes)
  await phone.powerOn()
}

test('A08 reflashed: not opened by anything, refused where it asks, and none the worse under its own image', async () => {
  const { phone, dir, imei } = await world.enrolOne()
  const path = imagePath(dir)
  const own = await readFile(path)
  await flash(phone, path, new Uint8Array([1, 2, 3]))
  expect(phone.screen()).toEqual({ kind: 'activation-needed' })
  expect(await codeOfWork(phone.activate())).toBe('boot-state-unverified')
  await phone.factoryReset('recovery-wipe')
  expect(await codeOfWork(phone.activate())).toBe('boot-state-unverified')
  expect(phone.screen()).toEqual({ kind: 'activation-needed' })
  expect(await world.stateOf(imei)).toBe('protected')

  await flash(phone, path, own)
  expect(await codeOfWork(phone.activate())).toBe('accepted')
  expect(phone.screen()).toEqual({ kind: 'home' })
  await world.audit()
})

test('A08 a stolen phone that is reflashed is stolen, and its image is not even looked at', async () => {
  const { phone, dir, imei } = await world.enrolOne()
  await world.lock({ imei })
  await world.settle()
  await phone.sync()
  await flash(phone, imagePath(dir), new Uint8Array([1, 2, 3]))
  expect(phone.screen()).toMatchObject({ kind: 'stolen' })
  expect(await codeOfWork(phone.activate())).toBe('activation-refused')
  await world.audit()
})
