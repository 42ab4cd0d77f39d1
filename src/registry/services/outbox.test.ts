import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { World } from '../../../test/world.ts'
import { deliver, type Mail, type Post } from './outbox.ts'

test('a mail handed over by a process that then dies goes out again under the same id, and none is lost', async () => {
  await using world = await World.boot()
  const { device } = await world.enrolOne()
  const { context } = world.running
  const id = randomUUID()
  const now = context.sequencer.now()
  await context.db
    .insertInto('outbox')
    .values({
      id,
      device_id: device,
      mail: 'owner@mail.example',
      push_id: null,
      text: 'About your phone.',
      at_ms: now,
      next_ms: now,
      tries: 0,
    })
    .execute()
  const sent: Mail[] = []
  let dies = true
  const post: Post = {
    send: async (mail) => {
      sent.push(mail)
      if (dies) throw new Error('killed between sending and noting it')
    },
    close: () => undefined,
  }
  await deliver(context, post)
  await deliver(context, post) // not at once again
  expect(sent.map((mail) => mail.id)).toEqual([id])
  dies = false
  world.advance(60_000)
  await world.until(async () => {
    await deliver(context, post)
    return sent.length > 1
  })
  expect(sent.map((mail) => mail.id)).toEqual([id, id])
  expect(await context.db.selectFrom('outbox').selectAll().execute()).toEqual([])
  world.advance(60_000)
  await deliver(context, post)
  expect(sent).toHaveLength(2)
})
