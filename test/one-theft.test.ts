import { afterAll, beforeAll, expect, test } from 'vitest'
import { ENROLLED, fromBase64, withCheckDigit } from '../src/core/index.ts'
import { verifyBundle, verifyForDevice, type Receiver } from '../src/wire/index.ts'
import { ask } from './ask.ts'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

test('one theft, from the report to the return, with an audit after each step', async () => {
  const { phone, imei, owner } = await world.enrolOne()
  await world.audit()

  const { reference } = await owner.report('theft')
  await world.audit()
  expect(await world.stateOf(imei)).toBe('held')

  const { caseId } = await world.lock({ reference })
  await world.audit()
  expect(phone.screen()).toMatchObject({ kind: 'stolen', authority: 'zz.force' })

  const scanned = await world.first.scan((await phone.deviceCode())!)
  expect(scanned).toMatchObject({ imeis: [withCheckDigit(imei)], state: 'stolen', caseId })

  await phone.factoryReset('recovery-wipe')
  await expect(phone.activate()).rejects.toMatchObject({ code: 'activation-refused' })
  expect(await phone.attach(world.edgeUrl, 0)).toMatchObject({
    admitted: false,
    answer: 'BLACKLISTED',
  })
  await world.audit()
  const { sightings } = await world.first.case(caseId)
  // One attach while held, one while stolen, and the activation: repeats within the hour are folded.
  expect(sightings.map(({ how }) => how).toSorted()).toEqual(['activation', 'attach', 'attach'])

  await world.first.found(caseId, 'EX/1', 'ZZ', world.force)
  await world.audit()
  expect(await world.stateOf(imei)).toBe('recovered')

  await world.first.release(caseId, 'returned', world.force)
  await owner.confirmRelease(reference)
  await world.audit()
  expect(await world.stateOf(imei)).toBe('protected')
  await phone.activate()
  expect(phone.screen()).toEqual({ kind: 'home' })

  // The whole story proves itself to whoever has the root document, and to nobody's phone but this.
  const { bundles } = await world.first.bundles(caseId)
  expect(bundles.map(({ act }) => act)).toEqual(['hold', 'lock', 'found', 'release'])
  const theirs = (await owner.bundles(reference)).bundles.map(({ index }) => index)
  expect(theirs).toEqual(bundles.map(({ index }) => index))
  const receiver: Receiver = {
    dak: verifyBundle(fromBase64(bundles[0]!.bundle), world.trust).opening.ids.dak!,
    device: ENROLLED,
    owner: null,
    now: 0,
    treeSize: 0,
  }
  const states = bundles.reduce(
    ({ device, seen }, { bundle }) => {
      const after = verifyForDevice(fromBase64(bundle), world.trust, { ...receiver, device })
      return { device: after.device, seen: [...seen, after.device.state] }
    },
    { device: ENROLLED, seen: [] as string[] },
  )
  expect(states.seen).toEqual(['held', 'stolen', 'recovered', 'protected'])
  const stranger = { by: world.founding.operators[0]!.signer, method: 'GET' } as const
  const refused = await ask(world, { ...stranger, path: `/v1/cases/${caseId}/bundles` })
  expect(refused).toMatchObject({ status: 403, code: 'forbidden' })
})
