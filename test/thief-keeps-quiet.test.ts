import { afterAll, beforeAll, expect, test } from 'vitest'
import { withCheckDigit } from '../src/core/index.ts'
import { CasePage } from '../src/wire/index.ts'
import { World } from './world.ts'

const OWNER = '001010000000001'
const THIEVES = ['001010000000002', '001010000000003', '001010000000004']

let world: World
beforeAll(async () => {
  world = await World.boot({ remember: true })
})
afterAll(() => world[Symbol.asyncDispose]())

test('A12 a phone that asks no more: networks refuse its own number, and notice the one a box gave it', async () => {
  const [stolen, honest] = await world.enrol(2)
  const { caseId } = await world.lock({ imei: stolen!.imei })
  await world.settle()
  // It has heard of nothing, and whoever has it takes care that it does not.
  expect(stolen!.phone.screen()).toEqual({ kind: 'home' })
  for (const imsi of [...THIEVES, null])
    expect(await world.probe.ask(stolen!.imei, imsi)).toBe('BLACKLISTED')
  await world.until(async () =>
    (await world.first.case(caseId)).sightings.some(({ how }) => how === 'attach'),
  )

  // Under an honest phone's number: its owner goes on, and the number comes to police by itself.
  for (const imsi of [OWNER, ...THIEVES])
    expect(await world.probe.ask(honest!.imei, imsi)).toBe('WHITELISTED')
  let clones: readonly { readonly imei: string; readonly subscribers: number }[] = []
  await world.until(async () => {
    const { items } = await world.first.get('/v1/cases?why=clone', CasePage)
    clones = (await Promise.all(items.map(({ id }) => world.first.case(id)))).flatMap(
      (one) => one.clones,
    )
    return clones.length > 0
  })
  expect(clones).toMatchObject([{ imei: withCheckDigit(honest!.imei), subscribers: 4 }])
  await honest!.phone.sync()
  expect(honest!.phone.screen()).toEqual({ kind: 'home' })

  // The first word it has with anybody is its last as a phone.
  await stolen!.phone.factoryReset('recovery-wipe')
  await expect(stolen!.phone.activate()).rejects.toMatchObject({ code: 'activation-refused' })
  expect(stolen!.phone.screen()).toMatchObject({ kind: 'stolen', authority: 'zz.force' })
  await world.audit()
})

test('A22 set up and activated before anybody missed it: the orders close it as any other', async () => {
  const { phone, imei, owner } = await world.enrolOne()
  await phone.factoryReset('recovery-wipe')
  await phone.activate()
  expect(phone.screen()).toEqual({ kind: 'home' })

  const { reference } = await owner.report('theft')
  await world.settle()
  await phone.sync()
  expect(phone.screen()).toMatchObject({ kind: 'held' })
  await world.lock({ reference })
  await world.settle()
  await phone.sync()
  expect(phone.screen()).toMatchObject({ kind: 'stolen', authority: 'zz.force' })
  await phone.powerOff()
  await phone.powerOn()
  expect(phone.screen()).toMatchObject({ kind: 'stolen' })
  await phone.factoryReset('recovery-wipe')
  await expect(phone.activate()).rejects.toMatchObject({ code: 'activation-refused' })
  expect(await world.probe.ask(imei)).toBe('BLACKLISTED')
  await world.audit()
})
