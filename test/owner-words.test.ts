import { expect, test } from 'vitest'
import { Owner } from '../src/cli/clients/owner.ts'
import type { Message } from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { ask } from './ask.ts'
import { codeOfWork as codeOf } from './vectors/outcome.ts'
import { World } from './world.ts'

test('A43 an owner picks what his stolen phone says when he reports it, and it stands on its glass', async () => {
  await using world = await World.boot()
  const [handset, other] = await world.enrol(2)
  const { owner, phone, card } = handset!
  const now = () => Math.floor(world.surroundings.clock() / 1000)
  const said = (message: Message, isQuoted = false) =>
    ({ message, language: 'ar', isQuoted }) as const
  const { reference } = await owner.report('theft')
  await world.settle()
  expect(await codeOf(owner.say(reference, said('needed', true), now()))).toBe('accepted')
  await phone.sync()
  const shown = { kind: 'held', message: 'needed', language: 'ar', reference }
  expect(phone.screen()).toMatchObject(shown)

  // Whoever has the card alone puts nothing there, nor does anybody some days late or twice.
  const finder = new Owner(world.registryUrl, card, generateEs256().signer)
  expect(await codeOf(finder.say(reference, said('thanks'), now() + 1))).toBe('owner-key')
  expect(await codeOf(owner.say(reference, said('thanks'), now() - 3600))).toBe('replay')
  expect(await codeOf(owner.say(reference, said('thanks'), now() + 3600))).toBe('window')
  await phone.sync()
  expect(phone.screen()).toMatchObject(shown)

  // It goes on through the lock, and ends with the theft.
  const { caseId } = await world.lock({ reference })
  await world.audit()
  expect(phone.screen()).toMatchObject({ ...shown, kind: 'stolen' })
  await world.first.release(caseId, 'returned', world.force)
  await owner.confirmRelease(reference)
  await world.audit()
  expect(phone.screen()).toEqual({ kind: 'home' })
  world.advance(1_000)
  expect(await codeOf(owner.say(reference, said('needed'), now()))).toBe('wrong-state')

  // Another phone's report is no reference of this one's.
  const theirs = await other!.owner.report('lost')
  await world.settle()
  const words = { device: theirs.device, words: 'AAAA' }
  expect((await ask(world, { path: '/v1/owner-words', body: words })).code).toBe('malformed')
  await world.audit()
})
