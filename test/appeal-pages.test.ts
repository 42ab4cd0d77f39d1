import { afterAll, beforeAll, expect, test } from 'vitest'
import { withCheckDigit } from '../src/core/index.ts'
import { forgetAppeals } from '../src/registry/services/appeals/forget-appeals.ts'
import { seatedAt } from './desk-seat.ts'
import { certify } from './certify.ts'
import { Pages, type Shown } from './pages.ts'
import { World, type Handset } from './world.ts'

const DAY = 86_400_000
const STATEMENT = 'Bought in a shop.\r\nHere is <b>the receipt</b>.'
const REASON = 'The receipt is of another phone; ask the shop for yours.'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

const said = ({ imei }: Handset) => ({
  number: withCheckDigit(imei),
  statement: STATEMENT,
  reach: 'holder@mail.example',
})

const numberIn = ({ text }: Shown) => /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(text)![0]
const codeIn = ({ text }: Shown) =>
  /code: ([0-9A-Z]{5}) ([0-9A-Z]{5})/.exec(text)!.slice(1).join('')

async function followed(pages: Pages, reference: string, secret: string): Promise<Shown> {
  const sent = await pages.post('/appeal/follow', { reference, secret })
  return sent.to === null ? sent : pages.get(sent.to)
}

test('O8.1, O8.2, H3.1, H4.1, A59: a holder appeals without an account; his side is heard first, a human answers in writing', async () => {
  const [phone, open] = (await world.enrol(2)) as [Handset, Handset]
  const holder = new Pages(world.running)
  // From a page that says so, and from no other; of an open phone there is nothing to appeal.
  const reference = (await phone.owner.report('theft')).reference
  await world.settle()
  const check = await holder.get('/check')
  const number = withCheckDigit(phone.imei)
  expect((await holder.post('/check', { number }, check)).html).toMatch(/href="\/mine[?"]/)
  expect((await holder.get('/mine')).html).toContain('href="/appeal"')
  const form = await holder.get('/appeal')
  expect((await holder.post('/appeal', said(open), form)).status).toBe(422)
  for (const wrong of [
    { number: '1' },
    { statement: ' ' },
    { statement: 'x'.repeat(2_001) },
    { reach: 'x'.repeat(101) },
  ])
    expect((await holder.post('/appeal', { ...said(phone), ...wrong }, form)).status).toBe(422)
  const elsewhere = { 'sec-fetch-site': 'cross-site' }
  expect((await holder.post('/appeal', said(phone), form, elsewhere)).status).toBe(403)

  const sent = await holder.post('/appeal', said(phone), form)
  const [own, secret] = [numberIn(sent), codeIn(sent)]
  expect(sent.text).toMatch(/in writing by \d\d:\d\d \w+, \w+ \d+ \w+ \d{4}/)
  expect(sent.headers.get('cache-control')).toContain('no-store')
  // Sent twice, it is one; its code is kept nowhere readable.
  const twice = await holder.post('/appeal', said(phone), form)
  expect([numberIn(twice), codeIn(twice)]).toEqual([own, secret])
  const { db } = world.running.context
  const rows = await db.selectFrom('appeals').selectAll().execute()
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows.map(({ reference: r, force }) => [r, force]))).not.toContain(secret)
  for (const [r, s] of [
    [own, 'ZZZZZZZZZZ'],
    ['SM-0000-0000', secret],
    [own, ''],
  ] as const)
    expect((await followed(holder, r, s)).status).toBe(403)
  expect(holder.cookies.size).toBe(0)

  const { pages: desk, name } = await seatedAt(world, 0)
  const list = await desk.get('/desk/appeals')
  const path = /href="(\/desk\/appeal\/[0-9a-f-]{36})"/.exec(list.html)![1]!
  const before = await desk.get(path)
  expect(before.text).toContain('Bought in a shop. Here is &lt;b&gt;the receipt')
  for (const ownersOwn of [reference, phone.card, 'The owner’s side is shown once'])
    expect(before.text.includes(ownersOwn)).toBe(ownersOwn.startsWith('The owner'))
  // Nothing is decided unheard, nor without a reason.
  const early = await desk.post(`${path}/decide`, { answer: 'refused', reason: REASON }, before)
  expect(early.text).toContain('wrong-state')
  await desk.post(`${path}/hear`, {}, before)
  const heard = await desk.get(path)
  expect(heard.text).toContain(reference)
  for (const bad of [
    { answer: 'refused', reason: 'No.' },
    { answer: 'maybe', reason: REASON },
  ])
    expect((await desk.post(`${path}/decide`, bad, heard)).status).toBe(422)
  expect((await new Pages(world.running).get(path)).status).toBe(401)
  expect((await desk.post(`${path}/decide`, { answer: 'refused', reason: REASON }, heard)).to).toBe(
    path,
  )
  expect(
    (await desk.post(`${path}/decide`, { answer: 'granted', reason: REASON }, heard)).status,
  ).toBe(409)

  // The holder reads why, nothing of the owner and no officer's name; and who else there is.
  const answered = await followed(holder, own.toLowerCase(), secret)
  expect(answered.text).toContain(REASON)
  expect(answered.text).toContain('No second force is in this log')
  for (const hidden of [name, reference, phone.card]) expect(answered.html).not.toContain(hidden)
  // The owner learns nothing of the holder.
  const owner = new Pages(world.running)
  const { to } = await owner.post('/follow', { reference, card: phone.card })
  expect((await owner.get(to!)).text).not.toMatch(/receipt|holder@/)
  expect(await world.stateOf(phone.imei)).toBe('held')

  // Ninety days on, his side and where he is reached are forgotten; the answer is not.
  const sideOf = () =>
    db.selectFrom('appeals').select(['statement', 'reach']).where('reference', '=', own).execute()
  await forgetAppeals(world.running.context)
  expect(await sideOf()).toMatchObject([{ reach: 'holder@mail.example' }])
  await world.pass(91 * DAY)
  await forgetAppeals(world.running.context)
  expect(await sideOf()).toEqual([{ statement: '', reach: '' }])
  const later = await followed(holder, own, secret)
  expect(later.text).toContain(REASON)
  expect(later.text).not.toContain('No second force')
})

test('O8.2: after a refusal a second force is asked, once', async () => {
  const phone = await world.enrolOne()
  await phone.owner.report('theft')
  await world.settle()
  const { national } = world.founding
  await certify(world, 'force', { sub: 'zz.second', iss: 'zz' }, [national.signer])
  const holder = new Pages(world.running)
  const sent = await holder.post('/appeal', said(phone), await holder.get('/appeal'))
  const [own, secret] = [numberIn(sent), codeIn(sent)]
  expect((await followed(holder, own, secret)).text).not.toContain('second force')
  const { pages: desk } = await seatedAt(world, 0)
  const { db } = world.running.context
  const row = await db
    .selectFrom('appeals')
    .selectAll()
    .where('reference', '=', own)
    .executeTakeFirstOrThrow()
  const path = `/desk/appeal/${row.id}`
  await desk.post(`${path}/hear`, {}, await desk.get(path))
  await desk.post(`${path}/decide`, { answer: 'refused', reason: REASON }, await desk.get(path))
  const page = await followed(holder, own, secret)
  expect(page.text).toContain('zz.second')
  const again = /action="(\/appeal\/[^"]+\/again)"/.exec(page.html)![1]!
  expect((await holder.post(again, {})).status).toBe(303)
  expect((await holder.post(again, {})).status).toBe(409)
  const now = await followed(holder, own, secret)
  expect(now.text).toContain('Not answered yet')
  const rounds = await db
    .selectFrom('appeals')
    .select(['force', 'round'])
    .where('reference', '=', own)
    .orderBy('round')
    .execute()
  expect(rounds.map(({ force, round }) => [force, Number(round)])).toEqual([
    [row.force, 1],
    ['zz.second', 2],
  ])
  // It is the other force's now: the first one's officers do not see it.
  expect((await desk.get('/desk/appeals')).text).not.toContain(own)
})

test('O8.F1, A59: deadlines missed are public by force, and no small number is', async () => {
  await using own = await World.boot()
  const holder = new Pages(own.running)
  const csv = async () => {
    own.advance(6_000) // what was counted a moment ago is shown for five seconds
    return (await holder.get('/figures/appeals.csv')).html
  }
  const appealed = async () => {
    const phone = await own.enrolOne()
    await phone.owner.report('theft')
    await own.settle()
    await holder.post('/appeal', said(phone), await holder.get('/appeal'))
  }
  for (let i = 0; i < 4; i++) await appealed()
  const few = 'fewer than 5, or hidden beside them'
  expect(await csv()).toContain(`"zz.force","${few}","${few}"`)
  await appealed()
  expect(await csv()).toContain('"zz.force","5","0"')
  own.advance(15 * DAY)
  expect(await csv()).toContain('"zz.force","5","5"')
  expect((await holder.get('/figures')).text).toContain('zz.force 5 5')
  const { pages: desk } = await seatedAt(own, 0)
  expect((await desk.get('/desk/appeals')).text).toContain('Late')
})
