import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findByImei } from '../src/registry/model/subjects.ts'
import { World, imeiNumber, type Handset } from './world.ts'

let world: World
let stolen: Handset
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

/** A phone whose lock everybody has seen, wiped by its thief. */
async function stolenAndWiped(): Promise<Handset> {
  const handset = await world.enrolOne()
  await world.lock({ imei: handset.imei })
  await world.settle()
  await handset.phone.factoryReset('recovery-wipe')
  return handset
}

/** What an insider would do: as if no order had ever named this phone. */
async function forgetOrders({ imei }: Handset): Promise<void> {
  const { db } = world.running.context
  const subject = await findByImei(db, imei)
  await db.deleteFrom('orders').where('subject_id', '=', subject!.id).execute()
}

const activation = ({ phone }: Handset) =>
  phone.activate().then(
    () => 'activated',
    (error: { code: string }) => error.code,
  )

test('nobody is set up while the other signer is away, and everybody free once it is back', async () => {
  const { phone, ...handset } = await world.enrolOne()
  await phone.factoryReset('recovery-wipe')
  await world.stopStatusSigner()
  expect(await activation({ phone, ...handset })).toBe('unavailable')
  expect(phone.screen()).toEqual({ kind: 'activation-needed' })
  phone.call('112')
  expect(phone.calling).toBe('112')
  phone.hangUp()
  await world.startStatusSigner()
  expect(await activation({ phone, ...handset })).toBe('activated')
})

test('A09: rows gone from the database set no stolen phone up: who signs beside has read the log', async () => {
  const honest = await world.enrolOne()
  stolen = await stolenAndWiped()
  await forgetOrders(stolen)
  expect(await activation(stolen)).toBe('activation-refused')
  expect(stolen.phone.screen()).toEqual({ kind: 'activation-needed' })
  await honest.phone.factoryReset('recovery-wipe')
  expect(await activation(honest)).toBe('activated')
})

test('a phone whose bare number was locked before anybody enrolled it is not set up', async () => {
  const number = imeiNumber(world.handsets.length + 1)
  await world.lock({ imei: number })
  await world.settle()
  // It would be the next phone off the line.
  await expect(world.enrolOne()).rejects.toMatchObject({ code: 'activation-refused' })
})

test('nor does an opening that is withheld from a signer who begins anew', async () => {
  await world.stopStatusSigner()
  await rm(join(world.folder, 'status-signer'), { recursive: true })
  await world.startStatusSigner()
  expect(await activation(stolen)).toBe('unavailable')
  expect(stolen.phone.screen()).toEqual({ kind: 'activation-needed' })
})
