import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask } from './ask.ts'
import { World, imeiNumber } from './world.ts'
import { checkQuorum, logKeys, openCheckpoint } from '../src/log/index.ts'

/** The quorum of the checkpoint that strangers are given. */
async function quorum(world: World): Promise<string> {
  const answer = await fetch(`${world.registryUrl}/log/checkpoint`)
  const { plain, verify } = world.trust
  const checkpoint = openCheckpoint(await answer.text(), logKeys(plain), verify.ed25519)
  try {
    checkQuorum(checkpoint, plain, verify.ed25519)
    return 'witnessed'
  } catch {
    return 'not witnessed'
  }
}

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

test('while the witness is gone nothing new is in force; what was stays so; it comes back and all is', async () => {
  const [held, later] = await world.enrol(2)
  const { reference } = await held!.owner.report('theft')
  await world.settle()
  await world.stopWitness()

  // An idle log goes on asking, and does not give away the lines it has.
  world.advance(61_000)
  const { sequencer } = world.running.context
  const note = () => sequencer.published.newest!.note
  const before = note()
  await world.until(() => note() !== before)
  expect(await quorum(world)).toBe('witnessed')

  // Logged and answered, and nobody obeys: neither force nor mercy.
  await later!.owner.report('theft')
  await held!.owner.withdraw(reference)
  expect(await world.stateOf(later!.imei)).toBe('protected')
  expect(await world.stateOf(held!.imei)).toBe('held')
  expect(await quorum(world)).toBe('not witnessed')
  expect(await world.probe.ask(held!.imei)).toBe('GREYLISTED')

  // A registry that starts without it reads, says why, and signs nothing.
  await world.stopRegistry()
  await world.startRegistry()
  const { size } = world.running.context.sequencer.ledger
  expect(await world.stateOf(held!.imei)).toBe('held')
  const health = await ask(world, { method: 'GET', path: '/healthz' })
  expect(health.json).toMatchObject({
    status: 'read-only',
    reason: 'unavailable',
    treeSize: size,
  })
  const about = { crimeReference: 'GONE/1', why: 'theft', imei: imeiNumber(5) } as const
  const { id } = await world.first.openCase(about)
  await world.first.propose(id)
  const draft = await world.second.waiting(id, 'lock')
  await expect(world.second.approve(draft, world.force)).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(world.running.context.sequencer.ledger.size).toBe(size)

  await world.startWitness()
  await world.running.context.sequencer.whenRunning()
  await world.second.approve(draft, world.force)
  await world.audit()
  expect(await world.stateOf(held!.imei)).toBe('protected')
  expect(await world.stateOf(later!.imei)).toBe('held')
  expect(await world.stateOf(imeiNumber(5))).toBe('stolen')
})
