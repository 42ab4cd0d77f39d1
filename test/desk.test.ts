import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forceAtWork, nameOf, reportedByCard, shownAt, voidKey } from './desk-seat.ts'
import { Pages, type Shown } from './pages.ts'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

/** An officer in front of the desk, who shows a key. */
const seated = (i: number, pem = world.founding.officers[i]!.pem) =>
  shownAt(world, nameOf(world, i), pem)

describe('signing in', () => {
  test('A98: a certified key opens the desk; another key, a wrong name, an owner do not', async () => {
    const { pages, passkey, sent } = await seated(0)
    expect(sent.to).toBe('/desk')
    expect((await pages.get('/desk')).text).toContain(nameOf(world, 0))
    // Known now: without the name.
    const again = new Pages(world.running)
    expect((await passkey.send(again, await again.get('/desk'))).to).toBe('/desk')

    const maker = await seated(0, world.founding.maker.pem)
    expect(maker.sent.status).toBe(422)
    const other = await seated(0, world.founding.officers[1]!.pem)
    expect(other.sent.to).toBeNull()
    // What is asked of an owner is no answer at the desk, whatever the form adds.
    const stranger = new Pages(world.running)
    const role = { role: 'officer', kind: 'officer', name: nameOf(world, 0) }
    expect((await stranger.post('/desk/sign-in', role)).status).toBe(422)
  })
})

const take = async (pages: Pages, reference: string, crime = 'CR/1'): Promise<Shown> => {
  const path = `/desk/take/${reference}`
  return pages.post(path, { crime, people: 'none' }, await pages.get(path))
}

describe('the queue', () => {
  test('P1.1, P1.3, P1.F1: filters in the address; of two who take a case one wins, the other reads who', async () => {
    const handset = await world.enrolOne()
    const reference = await reportedByCard(world, handset)
    const [one, two] = [await seated(0), await seated(1)]
    const queue = await one.pages.get('/desk')
    expect(queue.text).toContain(reference)
    for (const secret of [handset.imei, handset.card, 'Example One'])
      expect(queue.html).not.toContain(secret)
    for (const [query, isThere] of [
      ['state=new', true],
      ['state=locked', false],
      ['mine=1', false],
      ['mark=disputed', false],
      ['state=nonsense&mark=nonsense', true],
    ] as const)
      expect((await one.pages.get(`/desk?${query}`)).text.includes(reference), query).toBe(isThere)
    expect((await one.pages.get('/desk?after=1;drop')).status).toBe(400)

    expect((await take(one.pages, reference, '')).status).toBe(403)
    const both = await Promise.all([take(one.pages, reference), take(two.pages, reference)])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 409])
    const winner = both[0].status === 303 ? 0 : 1
    expect(both[1 - winner]!.text).toContain(`taken by ${nameOf(world, winner)}`)
    expect((await [one, two][winner]!.pages.get('/desk?mine=1')).text).toContain(reference)
    expect((await [two, one][winner]!.pages.get('/desk')).text).toContain(
      `With ${nameOf(world, winner)}`,
    )
    world.advance(31 * 60_000)
    const later = await seated(1 - winner)
    expect((await take(later.pages, reference)).status).toBe(303)
  })
})

/** Takes a report up. @returns the case's page */
async function taken(pages: Pages, reference: string): Promise<Shown & { readonly path: string }> {
  const path = (await take(pages, reference)).to!
  return { ...(await pages.get(path)), path }
}

const VIEW = { view: 'receipt', phone: '1', owner: '1', sales: '1' }

describe('two officers', () => {
  test('A50, A51, P2.1: each with a fresh passkey, the second by own eyes first; a session signs nothing', async () => {
    const handset = await world.enrolOne()
    const reference = await reportedByCard(world, handset)
    const [one, two] = [await seated(0), await seated(1)]
    const page = await taken(one.pages, reference)
    expect(page.text).toMatch(/This blocks one phone, Example One, ending \d\d\./)
    const { path } = page
    expect((await one.pages.post(`${path}/propose`, { view: 'fits' }, page)).status).toBe(422)
    // Another site's form, and a form of another session.
    const chosen = { why: 'robbery', view: 'receipt' }
    expect((await one.pages.post(`${path}/propose`, chosen)).status).toBe(403)
    const strange = await one.pages.post(`${path}/propose`, chosen, await two.pages.get('/desk'))
    expect(strange.status).toBe(403)

    const proposed = await one.pages.post(`${path}/propose`, chosen, page)
    expect(proposed.to).toBe(`${path}/sign`)
    const sign = await one.pages.get(proposed.to!)
    expect((await one.pages.post(`${path}/sign`, {}, sign)).status).toBe(422)
    expect((await two.passkey.send(one.pages, sign)).status).toBeGreaterThan(400)
    expect((await one.passkey.send(one.pages, sign)).to).toBe(`${path}/progress`)
    expect((await one.pages.get(`${path}/progress`)).text).toContain('1 of 2')

    // One officer is not enough for the force's key.
    expect(await forceAtWork(world)).toEqual([])
    expect(await world.stateOf(handset.imei)).toBe('held')

    // The same person again, by a session of another browser.
    const again = await seated(0)
    const own = await taken(again.pages, reference)
    expect(own.text).toContain('Another officer has to look at it afresh')
    for (const answer of [
      await again.pages.get(`${path}/sign`),
      await again.pages.post(
        `${path}/sign`,
        { response: one.passkey.answer({ challenge: 'AA' }) },
        own,
      ),
    ])
      expect(answer.text).toContain('same-officer')
    world.advance(31 * 60_000)

    const second = await seated(1)
    const seen = await taken(second.pages, reference)
    expect(seen.text).not.toContain('The first officer’s')
    expect((await second.pages.get(`${path}/sign`)).status).toBe(403)
    expect((await second.pages.post(`${path}/view`, { view: 'fits' }, seen)).status).toBe(422)
    const noted = await second.pages.post(`${path}/view`, VIEW, seen)
    expect((await second.pages.get(noted.to!)).text).toContain(
      'The first officer’s: Proof of purchase was seen',
    )
    const last = await second.pages.get(`${path}/sign`)
    expect((await second.passkey.send(second.pages, last)).to).toBe(`${path}/progress`)
    expect(await world.stateOf(handset.imei)).toBe('held')
    // Sent twice: nothing is signed twice.
    expect((await second.passkey.send(second.pages, last)).status).toBeGreaterThan(400)

    expect(await forceAtWork(world)).toEqual([])
    await world.settle()
    expect(await world.stateOf(handset.imei)).toBe('stolen')
    const done = await second.pages.get(`${path}/progress`)
    expect(done.text).toMatch(/Entry \d+ of the public log/)
    expect(done.text).toContain('Witnessed Yes')
  })
})

describe('refusing', () => {
  test('P2.2: the owner reads the reason, and what was drafted is void', async () => {
    const handset = await world.enrolOne()
    const reference = await reportedByCard(world, handset)
    const { pages } = await seated(0)
    const page = await taken(pages, reference)
    expect((await pages.post(`${page.path}/refuse`, { reason: 'because' }, page)).status).toBe(422)
    const refused = await pages.post(`${page.path}/refuse`, { reason: 'not-owners' }, page)
    expect(refused.to).toBe(`${page.path}/progress`)
    const owner = new Pages(world.running)
    const asked = { reference, card: handset.card }
    const { to } = await owner.post('/follow', asked, await owner.get('/follow'))
    const shown = await owner.get(to!)
    expect(shown.text).toContain('Bring a receipt, the box or a contract')
    expect(shown.text).not.toContain(nameOf(world, 0))
    const late = await pages.post(`${page.path}/propose`, { why: 'theft', view: 'fits' }, page)
    expect(late.text).toContain('case-needed')
  })
})

describe('looking', () => {
  test('A57: nothing is looked at without a case that one has taken, and every look is recorded', async () => {
    const handset = await world.enrolOne()
    const reference = await reportedByCard(world, handset)
    const [one, two] = [await seated(0), await seated(1)]
    expect((await take(one.pages, reference, '')).text).toContain('Enter the crime reference')
    const { path } = await taken(one.pages, reference)
    const other = await two.pages.get(path)
    expect(other.text).toContain('case-taken')
    expect(other.text).not.toContain('Example One')
    for (const about of [handset.imei, reference, '', '00000000-0000-4000-a000-000000000000'])
      expect((await one.pages.get(`/desk/case/${about}`)).status).toBeGreaterThanOrEqual(400)
    expect((await one.pages.get(`/desk/case/${handset.imei}`)).text).toContain('case-needed')
    expect((await new Pages(world.running).get(path)).status).toBe(401)
    world.advance(31 * 60_000)
    const later = await seated(0)
    expect((await later.pages.get(path)).text).toContain('case-needed')
    const { db } = world.running.context
    const rows = await db
      .selectFrom('audit')
      .select(['action', 'who'])
      .where('case_id', '=', path.split('/').at(-1)!)
      .execute()
    expect(rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['case.open', 'case.take', 'case.view']),
    )
    expect(new Set(rows.map(({ who }) => who))).toEqual(new Set([nameOf(world, 0)]))
  })
})

describe('a certificate that ends', () => {
  test('A51: whose key is voided in the log is out at once, and does not come in again', async () => {
    const { pages, passkey } = await seated(2)
    expect((await pages.get('/desk')).text).toContain('Sign out')
    await voidKey(world, world.founding.officers[2]!.signer)
    const out = await pages.get('/desk')
    expect(out.text).toContain('your certificate has ended')
    expect(out.text).not.toContain('Sign out')
    expect(pages.cookies.size).toBe(0)
    expect((await passkey.send(pages, out)).status).toBe(401)
  })
})
