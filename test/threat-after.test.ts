import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forceAtWork, reportedByCard, seatedAt, takenReturn, takenUp } from './desk-seat.ts'
import { answer } from './key-answer.ts'
import { Pages } from './pages.ts'
import { signedIn } from './signed-in.ts'
import { OWN, THREAT, looksLike, owning, pathOf, sign, takingBack } from './threatened.ts'
import { World, type Handset } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

const HOUR = 3_600_000
const WORDS = [OWN, THREAT] as const

const waitingFor = async (pages: Pages) =>
  /href="(\/account\/sign\/[0-9a-f-]{36})"/.exec((await pages.get('/account')).html)![1]!

/** Found, labelled, and drafted to be released: the owner's signature is what is missing. */
async function comingBack(phone: Handset, pages: Pages) {
  const { reference } = await phone.owner.report('theft')
  const { caseId } = await world.lock({ reference })
  await world.settle()
  await world.first.found(caseId, 'EX/2', 'ZZ', world.force)
  await world.settle()
  const way = `${pathOf(phone)}/return`
  await pages.post(way, { way: 'collect' }, await pages.get(way))
  const officer = await seatedAt(world, 0)
  const page = await takenReturn(officer.pages, caseId)
  const path = `/desk/case/${caseId}/return`
  const drafted = await officer.pages.post(`${path}/release`, {}, page)
  await officer.passkey.send(officer.pages, await officer.pages.get(drafted.to!))
  expect(await forceAtWork(world)).toEqual([])
  const label = await officer.pages.post(`${path}/label`, {}, page)
  const code = /([0-9A-Z]{5}) ([0-9A-Z]{5})/.exec(label.text)!.slice(1).join('')
  return { look: () => officer.pages.get(path), code, sign: await waitingFor(pages) }
}

describe('after a word under threat', () => {
  test('O5.2, A25: a return confirmed is answered alike once more, whichever word confirmed it; who looks at it afterwards is not told', async () => {
    const seen = []
    for (const word of WORDS) {
      const phone = await world.enrolOne()
      const pages = await owning(world, phone)
      const back = await comingBack(phone, pages)
      const sent = await pages.get(back.sign)
      const first = await sign(pages, phone, back.sign, { word, code: back.code })
      expect(first.to).toBe('/account?done=released')
      await world.settle()
      const shown = await pages.get('/account')
      if (word === THREAT) {
        world.advance(1_000)
        await back.look()
        expect(looksLike(await pages.get('/account'))).toEqual(looksLike(shown))
      }
      const again = { response: answer(sent, phone.ownerKey), word, code: back.code }
      const why = { why: 'It is here', word }
      const undo = `${pathOf(phone)}/undo`
      const way = `${pathOf(phone)}/return`
      seen.push({
        shown: looksLike(shown),
        again: looksLike(await pages.post(back.sign, again, sent)),
        undo: looksLike(await pages.post(undo, why, await pages.get(undo))),
        way: looksLike(await pages.post(way, { way: 'collect' }, await pages.get(way))),
        state: await world.stateOf(phone.imei),
      })
    }
    const [free, threatened] = seen
    expect([free!.state, threatened!.state]).toEqual(['protected', 'recovered'])
    expect({ ...threatened, state: '' }).toEqual({ ...free, state: '' })
    expect([free!.undo.status, free!.way.status]).toEqual([409, 409])
    expect(free!.again.text).toContain('return-code-used')
  })

  test('A25: a lock in error that he confirmed reads as taken back, whichever word confirmed it', async () => {
    const seen = []
    for (const word of WORDS) {
      const phone = await world.enrolOne()
      await owning(world, phone)
      const reference = await reportedByCard(world, phone)
      await world.lock({ reference })
      await world.settle()
      for (const i of [0, 1]) {
        const { pages, passkey } = await seatedAt(world, i)
        const path = `${(await takenUp(pages, reference)).path}/correction`
        const act = i === 0 ? 'propose' : 'view'
        await pages.post(`${path}/${act}`, { reason: 'wrong-phone' }, await pages.get(path))
        await passkey.send(pages, await pages.get(`${path}/sign`))
        if (i === 0) world.advance(31 * 60_000)
      }
      expect(await forceAtWork(world)).toEqual([])
      const { pages } = await signedIn(world, phone.ownerKey.key)
      const sent = await sign(pages, phone, await waitingFor(pages), { word })
      expect(sent.to).toBe('/account?done=released')
      await world.settle()
      seen.push(looksLike(await pages.get('/account')))
    }
    expect(seen[0]!.text).toContain('Lock taken back: it was an error')
    expect(seen[1]).toEqual(seen[0])
  })

  test('A25: police lock the held phone: that he took the report back stays told, as it would be', async () => {
    const phone = await world.enrolOne()
    const { reference } = await phone.owner.report('theft')
    const pages = await owning(world, phone)
    await sign(pages, phone, await takingBack(pages, phone), { word: THREAT })
    world.advance(1_000)
    await world.lock({ reference })
    await world.settle()
    const anybody = new Pages(world.running)
    const asked = { reference, card: phone.card }
    const followed = await anybody.post('/follow', asked, await anybody.get('/follow'))
    for (const { text } of [await pages.get('/account'), await anybody.get(followed.to!)]) {
      expect(text).toContain('You took the report back')
      const lines = ['confirmed the theft', 'You took the report back'].map((line) =>
        text.indexOf(line),
      )
      expect(lines[0]).toBeGreaterThan(-1)
      expect(lines[0]).toBeLessThan(lines[1]!)
    }
  })

  test('O3.1, A25: a report is a report again once the hold has lapsed that seemed taken back', async () => {
    const phone = await world.enrolOne()
    await phone.owner.report('theft')
    const before = await owning(world, phone)
    await sign(before, phone, await takingBack(before, phone), { word: THREAT })
    world.advance(73 * HOUR)
    await world.settle()
    expect(await world.stateOf(phone.imei)).toBe('protected')
    const { pages } = await signedIn(world, phone.ownerKey.key)
    const sent = await pages.post(`${pathOf(phone)}/report`, {}, await pages.get('/account'))
    expect(sent.to).toBe('/account?done=reported')
    await world.settle()
    expect(await world.stateOf(phone.imei)).toBe('held')
    expect((await pages.get('/account')).text).toContain('Locked by you until')
  })

  test('A25: ten wrong words in a day, however many at once; and a session alone uses up none beside the passkey', async () => {
    const phone = await world.enrolOne()
    const { reference } = await phone.owner.report('theft')
    const pages = await owning(world, phone)
    const path = await takingBack(pages, phone)
    const tries = Array.from({ length: 16 }, (_, i) =>
      sign(pages, phone, path, { word: `guess ${i}` }),
    )
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 422)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(6)
    world.advance(25 * HOUR)

    await world.lock({ reference })
    await world.settle()
    const { pages: later } = await signedIn(world, phone.ownerKey.key)
    const undo = `${pathOf(phone)}/undo`
    const page = await later.get(undo)
    const asked = (word: string) => later.post(undo, { why: 'It is here', word }, page)
    for (let i = 0; i < 10; i++) expect((await asked(`guess ${i}`)).status).toBe(422)
    expect((await asked(OWN)).status).toBe(429)
    const fields = { own: 'Red kettle', threat: 'Grey kettle', word: OWN }
    const set = await sign(later, phone, `${pathOf(phone)}/word`, fields)
    expect(set.to).toBe('/account?done=words')
  })
})
