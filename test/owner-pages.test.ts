import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noteSighting } from '../src/registry/services/sightings.ts'
import { findByImei } from '../src/registry/model/subjects.ts'
import { Pages, type Shown } from './pages.ts'
import { registerHeard } from './register-heard.ts'
import { World, type Handset } from './world.ts'

const HOUR = 3_600_000

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

async function reported(pages: Pages, { card }: Handset): Promise<string> {
  const { to } = await pages.post('/report', { card, why: 'theft' }, await pages.get('/report'))
  return /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec((await pages.get(to!)).text)![0]
}

async function followed(pages: Pages, fields: Record<string, string>): Promise<Shown> {
  const sent = await pages.post('/follow', fields, await pages.get('/follow'))
  return sent.to === null ? sent : pages.get(sent.to)
}

describe('following a report', () => {
  test('O4.2, O4.X1, A24, A41, A65: with reference and card, and no place in any answer', async () => {
    const handset = await world.enrolOne()
    const { card, imei } = handset
    const pages = new Pages(world.running)
    const reference = await reported(pages, handset)
    const { id } = (await findByImei(world.running.context.db, imei))!
    const seen = { subjectId: id, how: 'attach', verdict: 'GREYLISTED', country: 'FR' } as const
    await noteSighting(world.running.context, seen)

    for (const wrong of [
      { reference, card: '' },
      { reference, card: 'ZZZZZZZZZZ' },
      { reference: 'SM-0000-0000', card },
      { reference: '', card },
    ]) {
      const refused = await followed(pages, wrong)
      expect(refused.status).toBe(403)
      expect(refused.text).not.toContain('Reported and locked by you')
    }
    await registerHeard(world)
    const page = await followed(pages, { reference: reference.toLowerCase(), card })
    expect(page.text).toContain('Reported and locked by you')
    expect(page.text).toMatch(/Networks told: \d of 1/)
    for (const secret of ['France', 'Seen in', imei, card]) expect(page.html).not.toContain(secret)
    expect(page.html).not.toMatch(/mailto:|tel:/)
    expect(pages.cookies.size).toBe(0)

    // Its entry of the log says what anybody may know, and no more.
    const entry = /href="(\/entry\/\d+)"/.exec(page.html)![1]!
    const shown = await pages.get(entry)
    expect(shown.text).toContain('order: hold')
    expect(shown.html).not.toContain(imei)
    for (const none of ['/entry/99999999', '/entry/-1', '/entry/1e3', '/entry/9007199254740993'])
      expect(await pages.get(none), none).toMatchObject({ status: 404 })
  })

  test('O4.1, O4.F1: police late are named as late; what they confirm has their force, and no officer', async () => {
    const handset = await world.enrolOne()
    const pages = new Pages(world.running)
    const reference = await reported(pages, handset)
    const follow = () => followed(pages, { reference, card: handset.card })
    expect((await follow()).text).not.toContain('Police are late')
    world.advance(25 * HOUR)
    expect((await follow()).text).toMatch(/Police are late .*promised an answer by \d\d:\d\d/)
    await world.lock({ reference })
    await world.settle()
    const { text } = await follow()
    expect(text).toContain('Theft confirmed: blocked everywhere')
    expect(text).not.toContain('Police are late')
    expect(text).not.toMatch(/officer-\d|\/officer/)
  })
})

describe('practice', () => {
  test('O2.1, O2.2, O2.3, A48: the same form; no order, no message; it ends with the time it took', async () => {
    const { card, imei } = await world.enrolOne()
    const { ledger } = world.running.context.sequencer
    const { size } = ledger
    const pages = new Pages(world.running)
    const form = await pages.get('/practice')
    expect(form.text).toContain('Practice')
    world.advance(21_000)
    const sent = await pages.post('/practice', { card, why: 'theft' }, form)
    const done = await pages.get(sent.to!)
    expect(done.text).toMatch(/It took you (2[1-9]|[3-9]\d|1\d\d) s/) // and what a busy machine adds
    expect(done.text).toContain('This is practice')
    expect(await pages.post('/practice', { card: 'ZZZZZZZZZZ', why: 'theft' }, form)).toMatchObject(
      {
        status: 403,
      },
    )
    expect(ledger.size).toBe(size)
    expect(await world.stateOf(imei)).toBe('protected')
    const { db } = world.running.context
    const device = (await findByImei(db, imei))!.ids.dak!
    expect(
      await db.selectFrom('notices').selectAll().where('device_id', '=', device).execute(),
    ).toEqual([])
  })

  test('O2.X1, A71: a practice link, or form, that somebody else sends cannot become a hold', async () => {
    const { card, imei } = await world.enrolOne()
    const pages = new Pages(world.running)
    const form = await pages.get('/practice')
    expect(form.html).toContain('action="/practice"')
    expect(form.html).not.toContain('action="/report"')
    for (const path of [`/practice?card=${card}&why=theft`, `/practice/done?card=${card}`])
      expect((await pages.get(path)).text).toContain('This is practice')
    // Nor does a link to the real page act by itself.
    await pages.get(`/report?card=${card}&why=theft`)
    expect(await world.stateOf(imei)).toBe('protected')
  })
})

describe('the account', () => {
  test('A43, A98: without a session nothing acts, whatever role or account a request names', async () => {
    const handset = await world.enrolOne()
    const pages = new Pages(world.running)
    await reported(pages, handset)
    const device = Buffer.from(handset.device).toString('base64url')
    const claims = { account: 'owner', role: 'owner', kind: 'owner' }
    for (const act of ['stop', 'take-back', 'report'])
      expect(await pages.post(`/account/phone/${device}/${act}`, claims)).toMatchObject({
        status: 401,
      })
    expect(await world.stateOf(handset.imei)).toBe('held')
    // The card without the passkey makes no account.
    const forged = { id: 'AAAA', rawId: 'AAAA', type: 'public-key', clientExtensionResults: {} }
    const response = JSON.stringify({
      ...forged,
      response: { authenticatorData: 'AAAA', clientDataJSON: 'e30', signature: 'AAAA' },
    })
    const tried = await pages.post('/account/new', { name: 'Eve', card: handset.card, response })
    expect(tried.to).toBeNull()
    expect(pages.cookies.size).toBe(0)
    const { db } = world.running.context
    expect(await db.selectFrom('accounts').select('id').execute()).toEqual([])
    for (const bad of ['', '{', '[]', '{"id":1}', 'x'.repeat(60_000)])
      expect((await pages.post('/account/sign-in', { response: bad })).status).toBe(422)
  })
})
