import { expect, test } from 'vitest'
import { ask } from '../../../test/ask.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'
import { HOLD_SECONDS, withCheckDigit } from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'
import { Owner } from '../../cli/clients/owner.ts'

describeOnEachEngine("an owner's report", (open) => {
  test('A40, A42: a card holds, the owner key takes it back, and then the card is spent', async () => {
    await using world = await World.boot({ database: await open() })
    const { card, imei, owner } = await world.enrolOne()
    const report = (typed: string) =>
      ask(world, { path: '/v1/reports', body: { card: typed, why: 'theft' } })
    const { size } = world.running.context.sequencer.ledger
    for (const wrong of ['', 'AAAAAAAAAA', `${card}0`, card.slice(1), '\u0000'.repeat(10)])
      expect((await report(wrong)).status).toBeGreaterThanOrEqual(400)
    expect(await report('AAAAAAAAAA')).toMatchObject({ status: 403, code: 'proof-too-weak' })
    expect(world.running.context.sequencer.ledger.size).toBe(size)

    // As people type: small letters, spaces, dashes.
    const typed = `${card.slice(0, 5)}-${card.slice(5)} `.toLowerCase()
    const { reference, state } = (await report(typed)).json
    expect(state).toBe('held')
    expect(await report(card)).toMatchObject({ status: 409, code: 'wrong-state' })
    const access = { reference, card }
    for (const wrong of [
      { ...access, card: 'AAAAAAAAAA' },
      { ...access, reference: 'SM-0000-0000' },
    ])
      for (const path of ['/v1/report-status', '/v1/withdrawals', '/v1/owner-drafts'])
        expect(await ask(world, { path, body: wrong }), path).toMatchObject({ code: 'not-found' })

    // Whoever has the card but not the key takes nothing back.
    const thief = new Owner(world.registryUrl, card, generateEs256().signer)
    await expect(thief.withdraw(String(reference))).rejects.toMatchObject({ code: 'owner-key' })
    expect(await world.stateOf(imei)).toBe('held')
    await owner.withdraw(String(reference))
    await world.settle()
    expect(await world.stateOf(imei)).toBe('protected')
    await expect(owner.withdraw(String(reference))).rejects.toMatchObject({ code: 'wrong-state' })
    expect(await report(card)).toMatchObject({ status: 409, code: 'hold-exhausted' })
    await world.audit()

    // A lock and its release by two strong proofs give the card back its force.
    const { caseId } = await world.lock({ imei })
    await world.first.release(caseId, 'returned', world.force)
    await owner.confirmRelease(String(reference))
    await world.settle()
    expect((await report(card)).json).toMatchObject({ state: 'held' })
    await world.audit()
  })

  test('A40, A93: a hold lapses by itself after 72 hours: a second before, at it, a second after', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const { card, imei, owner } = await world.enrolOne()
    const { reference, lapsesAt } = await owner.report('theft')
    const at = Date.parse(lapsesAt!) - world.surroundings.clock()
    expect(Math.abs(at - HOLD_SECONDS * 1000)).toBeLessThan(10_000)
    const check = async () =>
      (await ask(world, { path: '/v1/checks', body: { imei: withCheckDigit(imei) } })).json['state']
    await world.until(async () => (await check()) === 'held')

    world.advance(Date.parse(lapsesAt!) - 1_000 - world.surroundings.clock())
    expect([await check(), (await owner.status(reference)).state]).toEqual(['held', 'held'])
    world.advance(Date.parse(lapsesAt!) - world.surroundings.clock())
    expect(await check()).toBe('held')
    world.advance(Date.parse(lapsesAt!) + 1_000 - world.surroundings.clock())
    expect([await check(), (await owner.status(reference)).state]).toEqual([
      'protected',
      'protected',
    ])
    expect((await owner.status(reference)).lapsesAt).toBeNull()
    await expect(owner.withdraw(reference)).rejects.toMatchObject({ code: 'wrong-state' })
    const again = { path: '/v1/reports', body: { card, why: 'theft' } }
    expect(await ask(world, again)).toMatchObject({ code: 'hold-exhausted' })
    // Police verify later: the lapsed hold is no obstacle.
    const { id } = await openCaseLater(world, reference)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describeOnEachEngine('the public check', (open) => {
  test('hit and miss are equally long and say no more than a word; a hit is a sighting, once an hour', async () => {
    await using world = await World.boot({ database: await open() })
    const { imei, owner } = await world.enrolOne()
    const bare = imeiNumber(500)
    const [held, stolen, unknown] = [imei, bare, imeiNumber(900)]
    await owner.report('theft')
    const { caseId } = await world.lock({ imei: bare })
    await world.settle()
    const check = (body: object) => ask(world, { path: '/v1/checks', body, key: null })
    const answers = await Promise.all(
      [held, stolen, unknown].map((one) => check({ imei: withCheckDigit(one) })),
    )
    const serial = await check({ serial: 'DEMO00000001' })
    const noSerial = await check({ serial: 'NOBODYKNOWS' })
    expect([...answers, serial, noSerial].map(({ json }) => json['state'])).toEqual([
      'held',
      'stolen',
      'protected',
      'held',
      'protected',
    ])
    for (const { text, json, headers } of [...answers, serial, noSerial]) {
      expect(text.length).toBe(answers[0]!.text.length)
      expect(headers.get('content-length')).toBe(answers[0]!.headers.get('content-length'))
      expect([...headers.keys()]).toEqual([...answers[0]!.headers.keys()])
      const said = ['state', 'sentence', 'readyForHandover', 'treeSize', 'at', 'signed']
      expect(Object.keys(json)).toEqual(said)
    }
    for (let i = 0; i < 5; i++) await check({ imei: stolen })
    const seen = async () => (await world.first.case(caseId)).sightings
    await world.until(async () => (await seen()).length > 0)
    expect(await seen()).toMatchObject([{ how: 'check', verdict: 'stolen', country: 'ZZ' }])
    world.advance(200_000)
    for (const [body, code] of [
      [{}, 'malformed'],
      [{ imei: stolen, serial: 'DEMO00000001' }, 'malformed'],
      [{ imei: '1' }, 'imei-length'],
      [{ imei: 'x'.repeat(15) }, 'imei-digits'],
      [{ serial: '?' }, 'serial-malformed'],
    ] as const)
      expect(await check(body)).toMatchObject({ code })
  })

  test('says of a phone what was said of its numbers before it was enrolled; so nothing of it is erased', async () => {
    await using world = await World.boot({ database: await open() })
    const [imei, second] = [imeiNumber(1), imeiNumber(501)]
    await world.lock({ imei })
    await world.settle()
    await expect(world.enrolOne()).rejects.toMatchObject({ code: 'activation-refused' })
    const { db } = world.database
    const { device_id } = await db
      .selectFrom('device_imeis')
      .select('device_id')
      .executeTakeFirstOrThrow()
    await db.insertInto('device_imeis').values({ imei14: second, device_id, slot: 2 }).execute()
    await world.settle()
    const by = world.founding.registry[0].signer
    for (const body of [{ serial: 'DEMO00000001' }, { imei: withCheckDigit(second) }]) {
      expect((await ask(world, { path: '/v1/checks', body })).json['state']).toBe('stolen')
      expect(await ask(world, { path: '/v1/erasures', body, by })).toMatchObject({
        code: 'wrong-state',
      })
    }
  })
})

async function openCaseLater(world: World, reference: string): Promise<{ id: string }> {
  const by = world.founding.officers[0]!.signer
  const body = { crimeReference: 'LATE/1', why: 'theft', reference }
  const { json } = await ask(world, { path: '/v1/cases', body, by })
  const id = String(json['id'])
  expect(
    (await ask(world, { path: `/v1/cases/${id}/drafts`, body: { act: 'lock' }, by })).status,
  ).toBe(200)
  return { id }
}
