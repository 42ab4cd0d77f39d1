import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { registersNow } from '../src/registry/index.ts'
import { ask } from './ask.ts'
import { forceAtWork, seatedAt, takenReturn } from './desk-seat.ts'
import { answer } from './key-answer.ts'
import { Pages, type Shown } from './pages.ts'
import { signedIn } from './signed-in.ts'
import { World, type Handset } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

const OWN = 'Blue kettle'
const THREAT = 'Green kettle'

const pathOf = ({ device }: Handset) => `/account/phone/${deviceInPath(device)}`

async function sign(
  pages: Pages,
  { ownerKey }: Handset,
  path: string,
  fields: Record<string, string>,
) {
  const page = await pages.get(path)
  return pages.post(path, { response: answer(page, ownerKey), ...fields }, page)
}

/** An owner, signed in, who has set both words. */
async function owning(phone: Handset): Promise<Pages> {
  const { pages } = await signedIn(world, phone.ownerKey.key)
  const set = await sign(pages, phone, `${pathOf(phone)}/word`, { own: OWN, threat: THREAT })
  expect(set.to).toBe('/account?done=words')
  return pages
}

/** What a page shows, without what differs between any two phones and moments. */
const looksLike = ({ text, status }: Shown) => ({
  status,
  text: text
    .replace(/\d\d:\d\d \w+, \w+ \d+ \w+ \d{4}/g, 'then')
    .replace(/SM-[0-9A-Z]{4}-[0-9A-Z]{4}|serial \S+|Example One \S+/g, 'it')
    .replace(/Entry \d+/g, 'Entry')
    .replace(/told: \d of \d/g, 'told'),
})

describe('a threatened owner', () => {
  test('O5.X1, A25: takes a report back and all looks and lasts as with his own word; the hold stays, and police read why', async () => {
    const phones = await world.enrol(2)
    // A register has spoken: from then on each timeline says how many have.
    const { context } = world.running
    await world.until(async () => (await registersNow(context)).registers.length > 0)
    const seen = []
    for (const [i, phone] of phones.entries()) {
      const { reference } = await phone.owner.report('theft')
      await world.settle()
      const pages = await owning(phone)
      const to = async () =>
        (await pages.post(`${pathOf(phone)}/take-back`, {}, await pages.get('/account'))).to!
      // Left out, or another: refused for both, so that nobody can make him leave it out.
      for (const word of ['', 'Red kettle'])
        expect((await sign(pages, phone, await to(), { word })).status).toBe(422)
      const path = await to()
      const began = performance.now()
      const sent = await sign(pages, phone, path, { word: [OWN, THREAT][i]! })
      const took = performance.now() - began
      await world.settle()
      const shown = await pages.get(sent.to!)
      const anybody = new Pages(world.running)
      const asked = { reference, card: phone.card }
      const followed = await anybody.post('/follow', asked, await anybody.get('/follow'))
      const again = await pages.get(path)
      seen.push({
        to: sent.to,
        shown: looksLike(shown),
        followed: looksLike(await anybody.get(followed.to!)),
        again: again.status,
        took,
      })
    }
    const [free, threatened] = seen as [(typeof seen)[0], (typeof seen)[0]]
    expect({ ...threatened, took: 0 }).toEqual({ ...free, took: 0 })
    expect(free.shown.text).toContain('You took the report back')
    expect(Math.abs(free.took - threatened.took)).toBeLessThan(700)

    const [, phone] = phones
    expect(await world.stateOf(phones[0]!.imei)).toBe('protected')
    expect(await world.stateOf(phone!.imei)).toBe('held')
    await phone!.phone.sync()
    expect(phone!.phone.screen()?.kind).toBe('held')

    const { pages: desk } = await seatedAt(world, 0)
    expect((await desk.get('/desk/returns')).text).toContain('Owner under threat')

    // Safe again, he sees what is true, and can take it back by his own will.
    const { pages } = await signedIn(world, phone!.ownerKey.key)
    const account = await pages.get('/account')
    const safe = await pages.post(`${pathOf(phone!)}/report`, {}, account)
    expect(safe.to).toBe('/account?done=reported')
    expect((await pages.get('/account')).text).toContain('Locked by you until')
    const back = (await pages.post(`${pathOf(phone!)}/take-back`, {}, await pages.get('/account')))
      .to!
    expect((await sign(pages, phone!, back, { word: OWN })).to).toBe('/account?done=released')
    await world.settle()
    expect(await world.stateOf(phone!.imei)).toBe('protected')
  })

  test('O5.2, O5.X1, A25: a return confirmed and a release asked for under threat release nothing, and mark the case', async () => {
    const phone = await world.enrolOne()
    const { reference } = await phone.owner.report('theft')
    const { caseId } = await world.lock({ reference })
    await world.settle()
    const pages = await owning(phone)
    const path = `/desk/case/${caseId}/return`
    const undo = `${pathOf(phone)}/undo`
    expect((await pages.get('/account')).text).toContain('Ask police to unblock it')
    for (const [fields, status] of [
      [{ why: '', word: OWN }, 422],
      [{ why: 'x'.repeat(1_001), word: OWN }, 422],
      [{ why: 'It is back with me', word: '' }, 422],
    ] as const)
      expect((await pages.post(undo, fields, await pages.get(undo))).status).toBe(status)
    const asked = { why: 'It is back with <b>me</b>', word: THREAT }
    const sent = await pages.post(undo, asked, await pages.get(undo))
    expect(sent.to).toBe('/account?done=asked')
    const officer = await seatedAt(world, 0)
    const read = await takenReturn(officer.pages, caseId)
    expect(read.text).toContain('It is back with &lt;b&gt;me')
    expect(read.text).toMatch(/The owner gave the word under threat \d\d:\d\d/)
    const list = await officer.pages.get('/desk/returns')
    expect(list.text).toContain('Owner asks to unblock')
    expect(list.text).toContain('Owner under threat')

    // Found, labelled; somebody with the label makes him confirm.
    await world.first.found(caseId, 'EX/2', 'ZZ', world.force)
    await world.settle()
    const way = `${pathOf(phone)}/return`
    await pages.post(way, { way: 'collect' }, await pages.get(way))
    const page = await officer.pages.get(path)
    const drafted = await officer.pages.post(`${path}/release`, {}, page)
    await officer.passkey.send(officer.pages, await officer.pages.get(drafted.to!))
    expect(await forceAtWork(world)).toEqual([])
    const label = await officer.pages.post(`${path}/label`, {}, page)
    const code = /([0-9A-Z]{5}) ([0-9A-Z]{5})/.exec(label.text)!.slice(1).join('')
    const to = /href="(\/account\/sign\/[0-9a-f-]{36})"/.exec(
      (await pages.get('/account')).html,
    )![1]!
    const done = await sign(pages, phone, to, { word: THREAT, code })
    expect(done.to).toBe('/account?done=released')
    const shown = await pages.get(done.to!)
    expect(shown.text).toContain('Returned: it works again')
    expect(shown.text).not.toContain('Confirm the return')
    await world.settle()
    expect(await world.stateOf(phone.imei)).toBe('recovered')
    const marked = await officer.pages.get(path)
    expect(marked.text).toContain('to confirm the return')
    const threats = async () =>
      (await officer.pages.get('/desk/returns')).text.split('Owner under threat').length - 1
    const unseen = await threats()
    await officer.pages.post(`${path}/see-to`, {}, marked)
    expect(await threats()).toBe(unseen - 2)
    expect((await officer.pages.get(path)).text).toContain('The owner gave the word under threat')
    const after = await officer.pages.get('/desk/returns')
    expect(after.text).toContain('Owner asks to unblock')
  })

  test('A25: words are never shown, guessed or set anew by whoever knows one under threat; nor left out by the interface', async () => {
    const phone = await world.enrolOne()
    const pages = await owning(phone)
    for (const shown of [await pages.get('/account'), await pages.get(`${pathOf(phone)}/word`)])
      expect(shown.html).not.toMatch(/kettle/i)
    const { db } = world.running.context
    const rows = JSON.stringify(
      await db.selectFrom('secret_words').select(['own_hash', 'threat_hash']).execute(),
    )
    expect(rows).not.toMatch(/kettle/i)
    const word = `${pathOf(phone)}/word`
    const mine = { own: 'His own', threat: 'Another' }
    expect((await sign(pages, phone, word, { ...mine, word: 'wrong' })).status).toBe(422)
    const set = await sign(pages, phone, word, { ...mine, word: THREAT })
    expect(set.to).toBe('/account?done=words')
    await phone.owner.report('theft')
    await world.settle()
    const to = async () =>
      (await pages.post(`${pathOf(phone)}/take-back`, {}, await pages.get('/account'))).to!
    expect((await sign(pages, phone, await to(), { word: 'His own' })).status).toBe(422)
    // Past the pages there is no field for a word: and no way.
    const draft = (await to()).split('/').at(-1)
    const body = { signatures: [{ draft, slot: 1, signature: 'AAAA' }] }
    const past = await ask(world, { path: '/v1/signatures', body })
    expect(past.code).toBe('second-factor-needed')
    for (let i = 0; i < 8; i++) await sign(pages, phone, await to(), { word: `guess ${i}` })
    expect((await sign(pages, phone, await to(), { word: OWN })).status).toBe(429)
    expect(await world.stateOf(phone.imei)).toBe('held')
  })
})
