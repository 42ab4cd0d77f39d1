import { afterAll, beforeAll, expect, test } from 'vitest'
import { OwnerWaits } from '../src/cli/clients/owner-waits.ts'
import { offerPhone } from '../src/cli/clients/transfers.ts'
import { MESSAGES } from '../src/core/index.ts'
import { ReportRequest } from '../src/wire/index.ts'
import { ask } from './ask.ts'
import { codeOfWork } from './vectors/outcome.ts'
import { World } from './world.ts'

const BOTH = { passcode: true, biometric: true }

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

test('A43 held to ransom from a stolen account: the owner opens it by two factors, offline, and reads no demand', async () => {
  const { phone, card } = await world.enrolOne()
  const body = { card, why: 'theft', message: 'pay 0.1 to get it back', note: 'pay' }
  const held = await ask(world, { path: '/v1/reports', body })
  if (held.code !== undefined) {
    expect(held.code).toBe('malformed')
    await ask(world, { path: '/v1/reports', body: { card, why: 'theft' } })
  }
  expect(Object.keys(ReportRequest.shape).toSorted()).toEqual(['card', 'force', 'why'])
  await world.settle()
  await phone.sync()
  const screen = phone.screen()!
  expect(screen.kind).toBe('held')
  expect(JSON.stringify(screen)).not.toMatch(/pay|0\.1/)
  expect(MESSAGES).toContain((screen as { readonly message: string }).message)

  await world.stopRegistry()
  for (const half of [
    { passcode: true, biometric: false },
    { passcode: false, biometric: true },
  ])
    expect(() => phone.unlock(half)).toThrow(expect.objectContaining({ code: 'proof-too-weak' }))
  phone.unlock(BOTH)
  expect(phone.screen()).toMatchObject({ kind: 'home' })
  await phone.powerOff()
  await phone.powerOn()
  expect(phone.screen()).toMatchObject({ kind: 'held' })
  phone.unlock(BOTH)
  expect(phone.screen()).toMatchObject({ kind: 'home' })
  await phone.powerOff()
  await phone.powerOn()
  await world.startRegistry()
  await world.settle()
})

test('A43 the key of the account alone erases, switches off, gives away and releases nothing', async () => {
  const { phone, device, imei, ownerKey, owner } = await world.enrolOne()
  const keys = new OwnerWaits(world.registryUrl, ownerKey)
  for (const act of ['reset', 'unprotect'] as const)
    expect(await codeOfWork(keys.confirm(act))).toBe('not-found')
  const offer = () => offerPhone(world.registryUrl, device, ownerKey, world.surroundings)
  expect(await codeOfWork(offer())).toBe('not-found')

  // With the phone in his hand as well he waits a day, and the owner hears of it there.
  await phone.ask('unprotect', { passcode: true, biometric: false })
  await keys.confirm('unprotect')
  await phone.sync()
  expect(phone.screen()).toMatchObject({
    kind: 'home',
    notice: { what: 'waiting', act: 'unprotect' },
  })
  const off = () => phone.setProtection(false, { passcode: true, biometric: false })
  expect(await codeOfWork(off())).toBe('reset-pending')
  await phone.stop()
  expect(await codeOfWork(off())).toBe('reset-cancelled')
  expect(phone.isProtected).toBe(true)

  const { reference } = await owner.report('robbery')
  await world.lock({ reference })
  await world.settle()
  expect(await codeOfWork(owner.confirmRelease(reference))).toBe('not-found')
  expect(await codeOfWork(owner.withdraw(reference))).not.toBe('accepted')
  expect(await world.stateOf(imei)).toBe('stolen')
  await world.audit()
})
