import { expect, test } from 'vitest'
import {
  certificatePayload,
  certificateOf,
  coseSign,
  distrustPayload,
  parseDocument,
  signCloneSignal,
  thumbprint,
  toBase64,
  type Certificate,
  type Signer,
} from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { ask } from './ask.ts'
import { World, imeiNumber } from './world.ts'

const CERT = 'application/stolen-cert+cbor'

/** A second, smaller force with an intake of its own, certified while the founding lasts. */
async function foundForce(world: World): Promise<void> {
  const { certificates, national } = world.founding
  const known = certificates.map((bytes) => certificateOf(parseDocument(bytes, CERT)).cert)
  const like = (role: Certificate['role'], use: Certificate['use']) =>
    known.find((cert) => cert.role === role && cert.use === use)!
  const add = async (of: Certificate, changes: Partial<Certificate>, by: Signer) => {
    const { signer } = generateEs256()
    const body = coseSign(CERT, certificatePayload({ ...of, ...changes, key: signer.key }), [by])
    await world.running.context.sequencer.submit({ kind: 'certificate', body })
    return signer
  }
  const caps = { hold: [2, 6] } as const
  const force = { sub: 'zz.other', caps }
  const issue = await add(like('force', 'issue'), force, national.signer)
  const intake = { sub: 'zz.other/intake', iss: 'zz.other', caps }
  world.moreIntakes.push(await add(like('intake', null), intake, issue))
}

test('a flood of false reports at one force blocks no victim at another', async () => {
  await using world = await World.boot({ capPerHour: 4 })
  await foundForce(world)
  await world.stopRegistry()
  await world.startRegistry()
  const phones = await world.enrol(4)
  const report = (n: number, force?: string) => {
    const { card } = phones[n]!
    return ask(world, {
      path: '/v1/reports',
      body: { card, why: 'theft', ...(force && { force }) },
    })
  }
  const held = await report(0, 'zz.other')
  expect(held).toMatchObject({ status: 200 })
  expect(await report(1, 'zz.other')).toMatchObject({ status: 200 })
  expect(await report(2, 'zz.other')).toMatchObject({ code: 'cap-exceeded' })
  expect(await report(2, 'zz.nobody')).toMatchObject({ code: 'not-found' })
  expect((await report(2, 'zz.force')).json).toMatchObject({ state: 'held' })
  expect((await report(3)).json).toMatchObject({ state: 'held' }) // who names none

  // And each hold is withdrawn by the intake that made it.
  const { owner } = phones[0]!
  await owner.withdraw(String(held.json['reference']))
  await world.audit()
})

test('an intake whose key is distrusted stops the intake of no other force, and no sign of a clone', async () => {
  await using world = await World.boot()
  await foundForce(world)
  await world.stopRegistry()
  await world.startRegistry()
  const { card } = await world.enrolOne()
  const { national, intake, operators } = world.founding
  const { sequencer } = world.running.context
  const body = coseSign(
    'application/stolen-distrust+cbor',
    distrustPayload({
      key: thumbprint(intake.signer.key),
      from: sequencer.ledger.size,
      reason: 1,
      kept: [],
      log: world.log.key.name,
    }),
    [national.signer],
  )
  await sequencer.submit({ kind: 'distrust', body })
  const report = (force: string) =>
    ask(world, { path: '/v1/reports', body: { card, why: 'theft', force } })
  expect(await report('zz.force')).toMatchObject({ code: 'not-found' })
  expect((await report('zz.other')).json).toMatchObject({ state: 'held' })

  const at = Math.floor(world.surroundings.clock() / 1000)
  const by = operators[0]!.signer
  const places = [{ country: 'ZZ', network: '00101', at }]
  const signal = { at, why: 'subscribers', imei14: imeiNumber(9), subscribers: 4, places } as const
  const sightings = [toBase64(signCloneSignal(signal, by))]
  const sent = await ask(world, { path: '/v1/sightings', body: { sightings }, by })
  expect(sent.json).toMatchObject({ accepted: 1, refused: [] })
})
