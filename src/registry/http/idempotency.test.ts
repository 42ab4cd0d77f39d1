import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { ask } from '../../../test/ask.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World } from '../../../test/world.ts'

const CASE = { crimeReference: 'TWICE/1', why: 'theft', imei: '00101701000001' }

describeOnEachEngine('one key, one act', (open) => {
  test('A96: the first answer again; another body, a running one and a missing key are refused', async () => {
    await using world = await World.boot({ database: await open() })
    const by = world.founding.officers[0]!.signer
    const other = world.founding.officers[1]!.signer
    const { db } = world.database
    const cases = async () => (await db.selectFrom('cases').select('id').execute()).length
    const key = randomUUID()
    const post = (body: unknown, changes = {}) =>
      ask(world, { path: '/v1/cases', body, by, key, ...changes })

    const first = await post(CASE)
    expect(await post(CASE)).toMatchObject({ status: 200, text: first.text })
    expect(await cases()).toBe(1)
    expect(await post({ ...CASE, why: 'robbery' })).toMatchObject({
      status: 422,
      code: 'idempotency-key-reused',
    })
    // Keys are their caller's and their route's own.
    expect((await post(CASE, { by: other })).json['id']).not.toBe(first.json['id'])
    for (const bad of [null, '', 'a b', 'x'.repeat(129)])
      expect(await post(CASE, { key: bad })).toMatchObject({
        status: 400,
        code: 'idempotency-key-missing',
      })
    expect(await cases()).toBe(2)

    // A refusal is an answer as well, and the same one.
    const wrong = { path: '/v1/cases', body: { ...CASE, imei: '001017010000010' }, by, key: 'k2' }
    const refused = await ask(world, wrong)
    expect(refused).toMatchObject({ status: 422, code: 'imei-check-digit' })
    expect((await ask(world, wrong)).text).toBe(refused.text)

    // A day later the key is forgotten, but what it made is still found by it.
    world.advance(86_400_001)
    expect((await post(CASE)).json).toEqual(first.json)
    expect(await cases()).toBe(2)
  })

  test('A96: pressed twice at once: one act, the other hears that it runs, or the same answer', async () => {
    await using world = await World.boot({ database: await open() })
    const { card } = await world.enrolOne()
    const report = { path: '/v1/reports', body: { card, why: 'theft' }, key: randomUUID() }
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(world, report)))
    const good = answers.filter(({ status }) => status === 200)
    expect(good.length).toBeGreaterThan(0)
    expect(new Set(good.map(({ text }) => text)).size).toBe(1)
    for (const { status, code } of answers)
      if (status !== 200) expect(code).toBe('idempotency-key-running')
    const holds = world.database.db.selectFrom('orders').select('oid').where('act', '=', 'hold')
    expect((await holds.execute()).length).toBe(1)
    // Neither the card nor the answer stands in the table in the clear.
    const rows = await world.database.db.selectFrom('idempotency').selectAll().execute()
    const kept = JSON.stringify(rows.map(({ response }) => response))
    expect(kept).not.toContain(String(good[0]!.json['reference']))
    expect(kept).not.toContain(card)
    await world.audit()
  })

  test('a request that died with its process: running for a minute, then acted on once', async () => {
    await using world = await World.boot({ database: await open() })
    const by = world.founding.officers[0]!.signer
    const { db } = world.database
    const key = randomUUID()
    const post = () => ask(world, { path: '/v1/cases', body: CASE, by, key })
    const { json } = await post()
    await db.updateTable('idempotency').set({ response: null, status: 0 }).execute()
    expect(await post()).toMatchObject({ status: 409, code: 'idempotency-key-running' })
    world.advance(60_000)
    const again = await Promise.all([post(), post(), post()])
    for (const { status, code } of again)
      expect(status === 200 || code === 'idempotency-key-running').toBe(true)
    expect(again.find(({ status }) => status === 200)?.json).toEqual(json)
    expect((await db.selectFrom('cases').select('id').execute()).length).toBe(1)
  })

  test('an answer that asks to come back is not kept: the same key acts when the log is well', async () => {
    await using world = await World.boot({ database: await open() })
    const { card } = await world.enrolOne()
    const report = { path: '/v1/reports', body: { card, why: 'theft' }, key: randomUUID() }
    await world.stopRegistry()
    await world.stopEdge()
    await world.stopWitness()
    await world.startRegistry()
    const refused = await ask(world, report)
    expect(refused).toMatchObject({ status: 503, code: 'unavailable' })
    expect(refused.headers.get('retry-after')).not.toBeNull()
    await world.startWitness()
    await world.running.context.sequencer.whenRunning()
    expect((await ask(world, report)).status).toBe(200)
  })
})
