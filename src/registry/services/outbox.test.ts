import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { MailServer } from '../../../test/mail-server.ts'
import { World } from '../../../test/world.ts'
import { smtpPost } from '../mail.ts'
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

test('nothing is lost between outbox and mail server, and nothing comes twice but where the server kept it in silence', async () => {
  await using world = await World.boot()
  await using server = await MailServer.start()
  const { device } = await world.enrolOne()
  const { context } = world.running
  const post = smtpPost({ url: server.url(), from: 'registry@mail.example' })
  const now = context.sequencer.now()
  const ids = [randomUUID(), randomUUID(), randomUUID()]
  const rows = ids.map((id) => ({
    id,
    device_id: device,
    mail: 'owner@mail.example',
    push_id: null,
    text: 'About your phone.',
    at_ms: now,
    next_ms: now,
    tries: 0,
  }))
  await context.db.insertInto('outbox').values(rows).execute()
  for (const ending of ['later', 'refused', 'dies', 'silent', 'taken'] as const) {
    server.ending = ending
    await deliver(context, post)
    world.advance(3_600_000)
  }
  const copies = ids.map((id) => server.kept.filter((mail) => mail.includes(`<${id}@`)).length)
  expect(copies).toEqual([2, 2, 2])
  expect(await context.db.selectFrom('outbox').selectAll().execute()).toEqual([])
  await deliver(context, post)
  expect(server.kept).toHaveLength(6)
  post.close()
})
