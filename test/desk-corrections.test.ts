import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ForceDesk } from '../src/cli/clients/force-desk.ts'
import { RELEASED_TO, parseOrder } from '../src/core/index.ts'
import { ask } from './ask.ts'
import { forceAtWork, reportedByCard, seatedAt, takenUp } from './desk-seat.ts'
import { signedIn } from './signed-in.ts'
import { World, imeiNumber } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

/** A phone that is blocked, and should not be. */
async function lockedByError() {
  const handset = await world.enrolOne()
  const reference = await reportedByCard(world, handset)
  await world.lock({ reference })
  await world.settle()
  expect(await world.stateOf(handset.imei)).toBe('stolen')
  return { handset, reference }
}

/** An officer who has taken the case, in front of its correction. */
async function atCorrection(i: number, reference: string) {
  const seat = await seatedAt(world, i)
  const { path } = await takenUp(seat.pages, reference)
  const correction = `${path}/correction`
  return { ...seat, case: path, path: correction, page: await seat.pages.get(correction) }
}

/** The first officer proposes and signs. */
async function proposedBy(i: number, reference: string, reason = 'wrong-phone') {
  const seat = await atCorrection(i, reference)
  const { to } = await seat.pages.post(`${seat.path}/propose`, { reason }, seat.page)
  expect(to).toBe(`${seat.path}/sign`)
  const signed = await seat.passkey.send(seat.pages, await seat.pages.get(to!))
  expect(signed.to).toBe(seat.path)
  return seat
}

describe('a lock that was an error', () => {
  test('S1.1, S1.2, A50: two officers, the second by own eyes first, the force, and the owner with his key', async () => {
    const { handset, reference } = await lockedByError()
    const one = await atCorrection(0, reference)
    expect((await one.pages.get(one.case)).text).toContain('Correct an error')
    expect(one.page.text).toContain('Nobody has proposed one')
    const wrong = await one.pages.post(`${one.path}/propose`, { reason: 'because' }, one.page)
    expect(wrong.status).toBe(422)
    // Another site's form.
    expect((await one.pages.post(`${one.path}/propose`, { reason: 'no-theft' })).status).toBe(403)
    await proposedBy(0, reference)
    expect((await one.pages.get(one.path)).text).toContain('1 of 2')
    expect(await forceAtWork(world)).toEqual([])

    // The same person again; and another key than the seated officer's.
    const again = await atCorrection(0, reference)
    expect(again.page.text).toContain('Another officer has to look at it afresh')
    expect((await again.pages.get(`${again.path}/sign`)).text).toContain('same-officer')
    world.advance(31 * 60_000)

    const two = await atCorrection(1, reference)
    expect(two.page.text).toContain('say what you see, before you read')
    expect(two.page.text).not.toContain('The first officer’s')
    expect((await two.pages.get(`${two.path}/sign`)).status).toBe(403)
    const seen = await two.pages.post(`${two.path}/view`, { reason: 'not-owners' }, two.page)
    const shown = await two.pages.get(seen.to!)
    expect(shown.text).toContain('Your view: Whoever reported it was not its owner')
    expect(shown.text).toContain('The first officer’s: Another phone was meant')
    const sign = await two.pages.get(`${two.path}/sign`)
    expect((await one.passkey.send(two.pages, sign)).status).toBeGreaterThan(400)
    // Nobody is asked for what two officers still talk about.
    const owner = await signedIn(world, handset.ownerKey.key)
    expect((await owner.pages.get('/account')).text).not.toContain('blocked in error')
    expect((await two.passkey.send(two.pages, sign)).to).toBe(two.path)
    expect((await two.passkey.send(two.pages, sign)).status).toBeGreaterThan(400)
    expect((await two.pages.get(two.path)).text).toContain('The force’s own key Missing')

    expect(await forceAtWork(world)).toEqual([])
    const waiting = await two.pages.get(two.path)
    expect(waiting.text).toContain('2 of 2')
    expect(waiting.text).toMatch(/Its owner Missing: asked in his account, until \d\d:\d\d/)
    expect(await world.stateOf(handset.imei)).toBe('stolen')

    const account = await owner.pages.get('/account')
    expect(account.text).toContain('Police say that your phone was blocked in error')
    const link = /\/account\/sign\/[0-9a-f-]{36}/.exec(account.html)![0]
    expect((await owner.pages.get(link)).text).toContain('End a block that was an error')
    await handset.owner.confirmRelease(reference)
    await world.settle()
    expect(await world.stateOf(handset.imei)).toBe('protected')
    const done = await two.pages.get(two.path)
    expect(done.text).toMatch(/Logged Entry \d+ of the public log Witnessed Yes/)
    expect(done.text).toContain('The lock is taken back')
    const { payload } = await world.running.context.db
      .selectFrom('orders')
      .select('payload')
      .where('act', '=', 'release')
      .orderBy('log_index', 'desc')
      .executeTakeFirstOrThrow()
    expect(parseOrder(new Uint8Array(payload)).to).toBe(RELEASED_TO.issuedInError)
    await world.audit()
  })

  test('A50: the force’s desk signs no release that two of its officers have not signed, nor one for other reasons', async () => {
    const { handset, reference } = await lockedByError()
    const seat = await proposedBy(1, reference)
    const { db } = world.running.context
    const caseId = seat.case.split('/').at(-1)!
    const row = await db
      .selectFrom('corrections')
      .selectAll()
      .where('case_id', '=', caseId)
      .executeTakeFirstOrThrow()
    // A registry that lies: the first officer's signature in both places.
    const kept = row.signatures as Record<string, string>
    const twice = JSON.stringify({ 1: kept['1'], 2: kept['1'] })
    await db
      .updateTable('corrections')
      .set({ signatures: twice })
      .where('draft_id', '=', row.draft_id)
      .execute()
    expect(await forceAtWork(world)).toMatchObject([{ code: 'same-officer' }])
    const { trust, surroundings } = world
    const other = {
      key: world.founding.officers[0]!.signer,
      trust,
      clock: surroundings.clock,
      origin: world.log.key.name,
    }
    await expect(new ForceDesk(world.registryUrl, other).once()).rejects.toMatchObject({
      code: 'forbidden',
    })
    await db
      .updateTable('corrections')
      .set({ signatures: JSON.stringify(kept) })
      .where('draft_id', '=', row.draft_id)
      .execute()
    expect(await forceAtWork(world)).toEqual([])
    expect(await world.stateOf(handset.imei)).toBe('stolen')

    // Withdrawn by whoever looks at it afresh: then it can be proposed anew.
    const other2 = await atCorrection(2, reference)
    const dropped = await other2.pages.post(`${other2.path}/drop`, {}, other2.page)
    expect(dropped.to).toBe(other2.path)
    expect((await other2.pages.get(other2.path)).text).toContain('Nobody has proposed one')
  })

  test('O5.2: where nobody holds a key the page says what the law wants first', async () => {
    const by = world.founding.officers[0]!.signer
    const imei = imeiNumber(600_001)
    const body = { crimeReference: 'CR/BARE/1', why: 'theft', imei }
    const { json } = await ask(world, { path: '/v1/cases', body, by })
    const id = String(json['id'])
    await world.first.propose(id)
    await world.second.approve(await world.second.waiting(id, 'lock'), world.force)
    await world.settle()
    const { pages } = await seatedAt(world, 0)
    const path = `/desk/case/${id}`
    await pages.post(`${path}/take`, {}, await pages.get(`${path}/take`))
    const page = await pages.get(`${path}/correction`)
    expect(page.text).toContain('Nobody holds an owner’s key of this phone')
    const tried = await pages.post(
      `${path}/correction/propose`,
      { reason: 'no-theft' },
      await pages.get('/desk'),
    )
    expect(tried.text).toContain('owner-key')
    expect(await world.stateOf(imei)).toBe('stolen')
  })

  test('A57: a correction needs the taken case, is another force’s to nobody, and each look is recorded', async () => {
    const { reference } = await lockedByError()
    const { pages, path, page, name } = await atCorrection(0, reference)
    const stranger = await seatedAt(world, 1)
    const form = await stranger.pages.get('/desk')
    const tried = await stranger.pages.post(`${path}/propose`, { reason: 'no-theft' }, form)
    expect(tried.text).toContain('case-taken')
    expect((await pages.get(path)).status).toBe(200)
    expect(page.status).toBe(200)
    const rows = await world.running.context.db
      .selectFrom('audit')
      .select('who')
      .where('case_id', '=', path.split('/').at(-2)!)
      .where('action', '=', 'case.view')
      .execute()
    expect(rows.filter(({ who }) => who === name).length).toBeGreaterThanOrEqual(2)
  })
})
