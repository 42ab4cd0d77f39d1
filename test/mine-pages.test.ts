import { afterAll, beforeAll, expect, test } from 'vitest'
import { offerPhone, takePhone } from '../src/cli/clients/transfers.ts'
import { generateEs256 } from '../src/host/index.ts'
import { CHECK_WORDS } from '../src/portal/check/words.ts'
import { LANGUAGES, type Language } from '../src/portal/languages.ts'
import { MINE_WORDS } from '../src/portal/mine/words.ts'
import { ask } from './ask.ts'
import { Pages } from './pages.ts'
import { signedIn } from './signed-in.ts'
import { World } from './world.ts'

test('O8.1, A38: whoever was handed a phone says his side by card, once; it locks and unlocks nothing', async () => {
  await using world = await World.boot()
  const { phone, device, ownerKey, card: former, imei } = await world.enrolOne()
  await phone.ask('transfer', { passcode: true, biometric: false })
  const { code } = await offerPhone(world.registryUrl, device, ownerKey, world.surroundings)
  await world.pass(3_600_000)
  const buyer = generateEs256().signer
  const bought = await takePhone(world.registryUrl, code, buyer)
  await world.settle()
  const card = bought.card!
  const pages = new Pages(world.running)
  const say = (fields: Readonly<Record<string, string>>, from?: Record<string, string>) =>
    pages.post('/mine', fields, undefined, from)

  // Before anybody disputes, his own card is answered like one that never was.
  const statement = 'Bought in a shop.\r\nHere is <b>the receipt</b>.'
  const early = await say({ card, statement })
  const unknown = await say({ card: 'ZZZZZZZZZZ', statement })
  expect([early.status, unknown.status]).toEqual([403, 403])
  expect(early.html).toBe(unknown.html)
  expect(early.html).not.toContain('<b>the receipt')
  expect(early.html).not.toContain(card)

  const disputed = await ask(world, {
    path: '/v1/reports',
    body: { card: former, why: 'theft' },
  })
  const reference = (disputed.json['facts'] as { dispute: string }).dispute
  // His own page says so, until when he is heard, and where; the former owner's says nothing of the phone.
  const { pages: own } = await signedIn(world, buyer.key)
  const notice = await own.get('/account')
  expect(notice.text).toMatch(/not their will to give it away.* wait for your side until \d\d:\d\d/)
  expect(notice.html).toContain('href="/mine"')
  const { pages: seller } = await signedIn(world, ownerKey.key)
  expect((await seller.get('/account')).text).not.toContain('not their will')
  const { id } = await world.first.openCase({ crimeReference: 'W/1', why: 'theft', reference })

  expect((await say({ card, statement: '  ' })).status).toBe(422)
  expect((await say({ card, statement: 'x'.repeat(2_001) })).status).toBe(422)
  expect((await say({ card: former, statement })).status).toBe(403)
  const elsewhere = await say({ card, statement }, { 'sec-fetch-site': 'cross-site' })
  expect(elsewhere.status).toBe(403)
  expect((await world.first.case(id)).sales[0]!.dispute!.statement).toBeNull()

  const said = await say({ card, statement })
  expect(said.text).toContain(reference)
  expect(said.headers.get('cache-control')).toContain('no-store')
  expect((await own.get('/account')).text).toContain('You have said your side')
  expect((await say({ card, statement: 'Another one' })).status).toBe(403)
  expect((await world.first.case(id)).sales[0]!.dispute!.statement).toBe(
    'Bought in a shop.\nHere is <b>the receipt</b>.',
  )
  expect(pages.cookies.size).toBe(0)
  expect(await world.stateOf(imei)).toBe('protected')
})

let world: World
let pages: Pages
beforeAll(async () => {
  world = await World.boot()
  pages = new Pages(world.running)
})
afterAll(() => world[Symbol.asyncDispose]())

test('O8.1 a page that says held leads to “This is my phone”, and one that says neither does not', async () => {
  const { imei, owner } = await world.enrolOne()
  const check = async () => pages.post('/check', { number: imei }, await pages.get('/check'))
  expect((await check()).html).not.toContain('/mine')
  await owner.report('theft')
  expect((await check()).html).toContain('href="/mine?lang=en"')
  expect((await pages.get('/follow')).html).toContain('href="/mine"')
  expect((await pages.get('/mine')).text).toContain('This is my phone')
})

test.each(Object.keys(LANGUAGES) as Language[])(
  'O8.1, H1.1: the holder finds his way, his mistakes and the answer in %s',
  async (language) => {
    const words = MINE_WORDS[language]
    const html = async (statement: string) => {
      const sent = await pages.post(`/mine?lang=${language}`, { card: 'ZZZZZZZZZZ', statement })
      return sent.html.replaceAll('&#39;', "'")
    }
    const page = await pages.get(`/mine?lang=${language}`)
    const direction = language === 'ar' ? 'rtl' : 'ltr'
    expect(page.html).toContain(`<html lang="${language}" dir="${direction}"`)
    expect(page.html.match(/href="\/mine\?lang=/g)).toHaveLength(Object.keys(LANGUAGES).length - 1)
    for (const said of [words.title, words.bought.text, words.handedOver.text, words.side.hint])
      expect(page.text).toContain(said)
    expect(await html('')).toContain(words.mistakes.side)
    expect(await html('x'.repeat(2_001))).toContain(words.mistakes.long)
    const unknown = await html('<b>mine</b>')
    expect(unknown).toContain(words.mistakes.nobody)
    expect(unknown).not.toContain('<b>')
    expect(unknown).toContain(CHECK_WORDS[language].frame.demonstration)
  },
)
