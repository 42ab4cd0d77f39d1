import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { inviteTrusted, removeTrusted } from '../src/registry/index.ts'
import { noticesOf } from '../src/registry/services/notices.ts'
import { hiddenFields, type Pages, type Shown } from './pages.ts'
import { signedIn } from './signed-in.ts'
import { World, type Handset } from './world.ts'

const DAY = 86_400_000

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

const pathOf = ({ device }: Handset) => `/account/phone/${deviceInPath(device)}/trusted`

/** @returns the code that the owner hands over */
async function invite(owner: Pages, handset: Handset, name = 'Kim'): Promise<string> {
  const made = await owner.post(pathOf(handset), { name }, await owner.get(pathOf(handset)))
  expect(made.status).toBe(200)
  return /[0-9A-Z]{5} [0-9A-Z]{5}/.exec(made.text)![0]
}

async function accept(friend: Pages, code: string): Promise<Shown> {
  return friend.post('/trusted/accept', { code }, await friend.get('/trusted/accept'))
}

async function hold(friend: Pages, code: string): Promise<Shown> {
  return friend.post('/trusted', { code, why: 'theft' }, await friend.get('/trusted'))
}

async function pair() {
  const handset = await world.enrolOne()
  const owner = await signedIn(world, handset.ownerKey.key)
  const friend = await signedIn(world)
  return { handset, owner: owner.pages, friend: friend.pages }
}

/** What differs from form to form, and nothing else, left out. */
const bare = ({ html }: Shown) => html.replaceAll(hiddenFields(html)['form'] ?? '-', '')

describe('a trusted person', () => {
  test('T1.1, T1.2, T1.X2: told on one screen, holds in two pages, and the owner is told; no place, no timeline', async () => {
    const { handset, owner, friend } = await pair()
    const code = await invite(owner, handset)
    const screen = await friend.get('/trusted/accept')
    expect(screen.text).toMatch(/You can .*lock their phone.*You cannot .*see where it is/)
    expect((await hold(friend, code)).status).toBe(403) // not accepted yet
    const accepted = await friend.post('/trusted/accept', { code }, screen)
    expect(accepted).toMatchObject({ status: 303, to: '/trusted/accepted' })
    const done = await hold(friend, code)
    expect(done).toMatchObject({ status: 303, to: '/trusted/done' })
    expect(await world.stateOf(handset.imei)).toBe('held')
    const { db } = world.running.context
    expect((await noticesOf(db, handset.device)).map(({ what }) => what)).toEqual(['trusted-held'])
    const shown = await Promise.all(
      ['/trusted', '/trusted/done', '/account'].map((path) => friend.get(path)),
    )
    for (const { html, text } of shown) {
      for (const secret of [handset.imei, 'SM-', 'Example One', 'Last in touch', 'entry/'])
        expect(html).not.toContain(secret)
      expect(text).not.toContain('Seen in')
    }
    expect(shown[0]!.html).toContain('govuk-exit-this-page')
  })

  test('A41: the friend may not take it back, nor hold again; the owner may', async () => {
    const { handset, owner, friend } = await pair()
    const code = await invite(owner, handset)
    await accept(friend, code)
    await hold(friend, code)
    expect((await hold(friend, code)).status).toBe(409)
    const device = deviceInPath(handset.device)
    const { csrf = '' } = hiddenFields((await friend.get('/trusted')).html)
    for (const act of ['take-back', 'stop', 'report'])
      expect(await friend.post(`/account/phone/${device}/${act}`, { csrf })).toMatchObject({
        status: 404,
      })
    expect((await friend.get(pathOf(handset))).status).toBe(404)
    expect(await world.stateOf(handset.imei)).toBe('held')
    const page = await owner.get('/account')
    const taken = await owner.post(`/account/phone/${device}/take-back`, {}, page)
    expect(taken.to).toMatch(/^\/account\/sign\//)
    world.advance(4 * DAY)
    expect(await world.stateOf(handset.imei)).toBe('protected')
  })

  test('T1.X1, A41: removed without being told; from then on the code is as wrong as one that never was', async () => {
    const { handset, owner, friend } = await pair()
    const code = await invite(owner, handset)
    await accept(friend, code)
    const before = await friend.get('/trusted')
    const page = await owner.get(pathOf(handset))
    expect(page.text).toContain('Kim')
    await owner.post(`${pathOf(handset)}/remove`, {}, page)
    expect((await owner.get(pathOf(handset))).text).not.toContain('Kim')
    expect(bare(await friend.get('/trusted'))).toBe(bare(before))
    const [removed, unknown] = [await hold(friend, code), await hold(friend, 'ZZZZZZZZZZ')]
    expect([removed.status, unknown.status]).toEqual([403, 403])
    expect(bare(removed)).toBe(bare(unknown))
    const [again, never] = [await accept(friend, code), await accept(friend, 'ZZZZZZZZZZ')]
    expect(bare(again)).toBe(bare(never))
    expect(await world.stateOf(handset.imei)).toBe('protected')
    const { db } = world.running.context
    expect(await noticesOf(db, handset.device)).toEqual([])
  })

  test('a code is one account’s, for seven days; it is no card, and another’s form does nothing', async () => {
    const { handset, owner, friend } = await pair()
    const code = await invite(owner, handset)
    const thief = (await signedIn(world)).pages
    await accept(friend, code)
    expect((await accept(thief, code)).status).toBe(403)
    expect((await hold(thief, code)).status).toBe(403)
    const asCard = await thief.post('/report', { card: code, why: 'theft' })
    expect(asCard.status).toBe(403)
    const late = await invite(owner, handset, 'Lee')
    world.advance(8 * DAY)
    const { pages } = await signedIn(world)
    expect((await accept(pages, late)).status).toBe(403)
    // A71: without this session's token.
    const { pages: mine } = await signedIn(world, handset.ownerKey.key)
    const sent = await mine.post(pathOf(handset), { name: 'Eve', csrf: 'AAAA' })
    expect(sent.status).toBe(403)
    expect((await mine.get(pathOf(handset))).text).not.toContain('Eve')
    expect(await world.stateOf(handset.imei)).toBe('protected')
  })

  test('A96: the form sent twice shows one code; nobody trusts more than five', async () => {
    const { handset, owner } = await pair()
    const form = await owner.get(pathOf(handset))
    const sent = await Promise.all([
      owner.post(pathOf(handset), { name: 'Kim' }, form),
      owner.post(pathOf(handset), { name: 'Kim' }, form),
    ])
    const codes = sent.map(({ text }) => /[0-9A-Z]{5} [0-9A-Z]{5}/.exec(text)![0])
    expect(codes[0]).toBe(codes[1])
    for (const name of ['Two', 'Three', 'Four', 'Five']) await invite(owner, handset, name)
    const sixth = await owner.post(pathOf(handset), { name: 'Six' }, form)
    expect(sixth.status).toBe(422)
    expect((await owner.post(pathOf(handset), { name: ' ' }, form)).status).toBe(422)
  })

  test('A96: four of one form at the very same moment, two hundred times over, are one person with one code', async () => {
    const { device } = await world.enrolOne()
    const { context } = world.running
    for (let i = 0; i < 200; i++) {
      const wanted = { id: randomUUID(), device, name: 'Kim' }
      const made = await Promise.all([1, 2, 3, 4].map(() => inviteTrusted(context, wanted)))
      expect(new Set(made.map(({ code }) => code)).size).toBe(1)
      await removeTrusted(context, wanted)
    }
  })
})
