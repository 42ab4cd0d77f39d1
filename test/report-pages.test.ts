import { describe, expect, test } from 'vitest'
import { LIMITS } from '../src/registry/index.ts'
import { Pages, hiddenFields, type Shown } from './pages.ts'
import { World } from './world.ts'

const MINUTE = 60_000

async function lockByCard(pages: Pages, card: string, why = 'theft'): Promise<Shown> {
  return pages.post('/report', { card, why }, await pages.get('/report'))
}

describe('the report from a borrowed phone', () => {
  test('O3.1, O3.2, O3.3: one form of ten characters; then what is true, until when, and no cookie', async () => {
    await using world = await World.boot()
    const { card, imei, phone } = await world.enrolOne()
    const pages = new Pages(world.running)
    const form = await pages.get('/report')
    expect(form.html.match(/<input[^>]+type="text"/g)).toHaveLength(1)
    expect(form.text).not.toMatch(/IMEI/)
    expect(form.html).toContain('govuk-exit-this-page')

    const typed = `${card.slice(0, 5)} ${card.slice(5).toLowerCase()}`
    const sent = await pages.post('/report', { card: typed, why: 'theft' }, form)
    expect(sent).toMatchObject({ status: 303 })
    expect(sent.to).not.toContain(card)
    expect(await world.stateOf(imei)).toBe('held')

    // The phone was off: that is what the page says, and not that it is locked.
    const early = await pages.get(sent.to!)
    expect(early.text).toContain('Your report is in force')
    expect(early.text).toContain('not locked yet')
    await phone.sync()
    // It has taken it, and has not said so yet.
    expect((await pages.get(sent.to!)).text).toContain('not locked yet')
    await phone.sync()
    const panel = await pages.get(sent.to!)
    expect(panel.text).toContain('Your phone is locked')
    expect(panel.text).toMatch(/SM-[0-9A-Z]{4}-[0-9A-Z]{4}/)
    expect(panel.text).toMatch(/Locked until \d\d:\d\d (GMT|BST), \w+day \d+ \w+ \d{4}/)
    expect(panel.text).toContain('101')
    for (const page of [form, early, panel]) {
      expect(page.headers.get('cache-control')).toBe('no-store')
      expect(page.headers.get('referrer-policy')).toBe('no-referrer')
      expect(page.html).toContain('govuk-exit-this-page')
    }
    expect(pages.cookies.size).toBe(0)

    world.advance(31 * MINUTE)
    expect(await pages.get(sent.to!)).toMatchObject({ status: 404 })
    await world.audit()
  })

  test('A96: the form sent twice, and the page loaded again, report once', async () => {
    await using world = await World.boot()
    const { card } = await world.enrolOne()
    const pages = new Pages(world.running)
    const form = await pages.get('/report')
    const send = () => pages.post('/report', { card, why: 'robbery' }, form)
    const [first, second] = [await send(), await send()]
    expect([first.status, second.status]).toEqual([303, 303])
    const referenceOf = async ({ to }: Shown) => /SM-\S+/.exec((await pages.get(to!)).text)?.[0]
    expect(await referenceOf(second)).toBe(await referenceOf(first))
    const { db } = world.running.context
    expect(await db.selectFrom('reports').selectAll().execute()).toHaveLength(1)
  })

  test('O3.4, A76: details come after the hold, one by one, and are text whatever they hold', async () => {
    await using world = await World.boot()
    const { card } = await world.enrolOne()
    const pages = new Pages(world.running)
    const { to } = await lockByCard(pages, card)
    const script = '<script>alert(1)</script>"\r\nSet-Cookie: a=b'
    expect(await pages.post(`${to}/place`, { text: script })).toMatchObject({ status: 303, to })
    const reference = /SM-\S+/.exec((await pages.get(to!)).text)![0]
    const wanted = { crimeReference: 'WORLD/9', why: 'theft', reference } as const
    const { report } = await world.first.openCase(wanted)
    expect(report).toMatchObject({ reference, proof: 'card', place: script.trim(), how: '' })
    const again = await pages.get(`${to}/place`)
    expect(again.html).not.toContain('<script>alert')
    expect(again.html).toContain('&lt;script&gt;alert(1)')
    expect((await pages.get(to!)).text).toMatch(/Where did it happen\? Saved/)
    const long = await pages.post(`${to}/insurer`, { text: 'x'.repeat(201) })
    expect(long.status).toBe(422)
    expect(long.html).toContain('x'.repeat(201))
    expect(await pages.post(`${to}/place`, { text: 'x'.repeat(1_000_000) })).toMatchObject({
      status: 413,
    })
    expect(await pages.post(`${to}/password`, { text: 'x' })).toMatchObject({ status: 404 })

    // A ticket of somebody's own making opens nothing.
    const forged = `${to!.slice(0, -4)}AAAA`
    expect(await pages.get(forged)).toMatchObject({ status: 404 })
    expect(await pages.post(`${forged}/place`, { text: 'x' })).toMatchObject({ status: 404 })
  })

  test('A46, O3.F2, O3.X2: a wrong code looks like an unknown one, and is slowed down; the right one still works', async () => {
    await using world = await World.boot({ limits: LIMITS })
    const { card, imei } = await world.enrolOne()
    const thief = new Pages(world.running, '192.0.2.66')
    const almost = card.slice(0, 9) + (card.endsWith('A') ? 'B' : 'A')
    const pageOf = ({ html }: Shown, typed: string) =>
      html.replaceAll(typed, '').replace(hiddenFields(html)['form']!, '')
    const wrong = await lockByCard(thief, almost)
    const unknown = await lockByCard(thief, 'ZZZZZZZZZZ')
    expect([wrong.status, unknown.status]).toEqual([403, 403])
    expect(pageOf(wrong, almost)).toBe(pageOf(unknown, 'ZZZZZZZZZZ'))
    let slowed: Shown | undefined
    for (let i = 0; i < 30 && !slowed; i++) {
      const answer = await lockByCard(thief, `ZZZZZZZZ${String(i).padStart(2, '0')}`)
      if (answer.status === 429) slowed = answer
    }
    expect(slowed?.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(slowed?.text).toContain('101')
    expect(await world.stateOf(imei)).toBe('protected')
    expect(await lockByCard(new Pages(world.running), card)).toMatchObject({ status: 303 })
    expect(await world.stateOf(imei)).toBe('held')
  })

  test('A42, O3.X1: a second hold is refused in a sentence that says what helps', async () => {
    await using world = await World.boot()
    const { card, owner } = await world.enrolOne()
    const pages = new Pages(world.running)
    const { to } = await lockByCard(pages, card)
    expect(await lockByCard(pages, card)).toMatchObject({ status: 409 })
    const reference = /SM-\S+/.exec((await pages.get(to!)).text)![0]
    await owner.withdraw(reference)
    expect((await pages.get(to!)).text).toContain('The lock of this report has ended')
    const again = await lockByCard(pages, card)
    expect(again).toMatchObject({ status: 409 })
    expect(again.text).toContain('The next one needs an officer, or your passkey')
    expect(again.text).toContain('101')
  })

  test('A71: a form from another site is refused, however it was filled in', async () => {
    await using world = await World.boot()
    const { card, imei } = await world.enrolOne()
    const pages = new Pages(world.running)
    const answer = await pages.post('/report', { card, why: 'theft' }, undefined, {
      'sec-fetch-site': 'cross-site',
    })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(await world.stateOf(imei)).toBe('protected')
  })

  test('O3.F3: where nothing can be locked, the page says what else helps, and keeps nothing in the address', async () => {
    await using world = await World.boot({ capPerHour: 1 })
    const [one, two] = await world.enrol(2)
    const pages = new Pages(world.running)
    expect(await lockByCard(pages, one!.card)).toMatchObject({ status: 303 })
    const full = await lockByCard(pages, two!.card)
    expect(full.status).toBe(429)
    expect(full.text).toContain('101')
    expect(full.to).toBeNull()
  })
})
