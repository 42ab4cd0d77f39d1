import { expect, test } from 'vitest'
import {
  certificatePayload,
  certificateOf,
  coseSign,
  parseDocument,
  type Certificate,
  type Signer,
} from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { ask } from './ask.ts'
import { World } from './world.ts'

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
