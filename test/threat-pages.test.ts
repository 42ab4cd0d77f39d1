import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toBase64 } from '../src/core/index.ts'
import { registersNow } from '../src/registry/index.ts'
import { passkeySlot } from '../src/registry/services/people/passkey-slot.ts'
import { ask } from './ask.ts'
import { forceAtWork, seatedAt, takenReturn } from './desk-seat.ts'
import { answer } from './key-answer.ts'
import { Pages } from './pages.ts'
import { signedIn } from './signed-in.ts'
import { OWN, THREAT, looksLike, owning, pathOf, sign, takingBack } from './threatened.ts'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

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
      const pages = await owning(world, phone)
      const to = () => takingBack(pages, phone)
      // Left out, or another: refused for both, so that nobody can make him leave it out.
      for (const word of ['', 'Red kettle'])
        expect((await sign(pages, phone, await to(), { word })).status).toBe(422)
      const overtaken = await to()
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
      const status = await ask(world, { path: '/v1/report-status', body: asked })
      const back = await ask(world, { path: '/v1/withdrawals', body: asked })
      const report = { card: phone.card, why: 'theft' }
      const card = await ask(world, { path: '/v1/reports', body: report })
      const { db } = context
      expect(await db.selectFrom('threats').selectAll().execute()).toHaveLength(i)
      seen.push({
        state: status.json['state'],
        drafted: [back.code, back.text],
        card: [card.code, card.text],
        byCard: looksLike(await anybody.post('/report', report, await anybody.get('/report'))),
        taken: looksLike(
          await pages.post(`${pathOf(phone)}/take-back`, {}, await pages.get('/account')),
        ),
        overtaken: looksLike(await sign(pages, phone, overtaken, { word: [OWN, THREAT][i]! })),
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
    expect(threatened.state).toBe('protected')
    expect(threatened.drafted[0]).toBe('wrong-state')
    expect(threatened.card[0]).toBe('hold-exhausted')
    expect(threatened.overtaken.status).toBe(409)
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
    const pages = await owning(world, phone)
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
    const pages = await owning(world, phone)
    for (const shown of [await pages.get('/account'), await pages.get(`${pathOf(phone)}/word`)])
      expect(shown.html).not.toMatch(/kettle/i)
    const { db } = world.running.context
    const rows = JSON.stringify(
      await db.selectFrom('secret_words').select(['own_hash', 'threat_hash']).execute(),
    )
    expect(rows).not.toMatch(/kettle/i)
    const word = `${pathOf(phone)}/word`
    const mine = { own: 'His own', threat: 'Another' }
    const guessed = await sign(pages, phone, word, { ...mine, word: 'wrong' })
    expect(guessed.status).toBe(422)
    const set = await sign(pages, phone, word, { ...mine, word: THREAT })
    expect(set.to).toBe('/account?done=words')
    await phone.owner.report('theft')
    await world.settle()
    const to = () => takingBack(pages, phone)
    // All is tried that a change would have changed: the new ones are taken, and do nothing.
    expect((await sign(pages, phone, await to(), { word: THREAT })).status).toBe(422)
    for (const said of Object.values(mine)) {
      const done = await sign(pages, phone, await to(), { word: said })
      expect(done.to).toBe('/account?done=released')
      await world.settle()
      expect(await world.stateOf(phone.imei)).toBe('held')
      await pages.post(`${pathOf(phone)}/report`, {}, await pages.get('/account'))
    }
    // Past the pages there is no field for a word: and no way; nor does anybody learn that without the key.
    const page = await pages.get(await to())
    const response = JSON.parse(answer(page, phone.ownerKey)) as never
    const signed = passkeySlot(phone.ownerKey.key, response)
    const past = async (path: string, signature: string) => {
      const draft = path.split('/').at(-1)
      const body = { signatures: [{ draft, slot: 1, signature }] }
      return (await ask(world, { path: '/v1/signatures', body })).code
    }
    const plain = await world.enrolOne()
    await plain.owner.report('theft')
    const others = (await signedIn(world, plain.ownerKey.key)).pages
    const without = await takingBack(others, plain)
    const wordy = /"(\/account\/sign\/[0-9a-f-]{36})"/.exec(page.html)![1]!
    expect(await past(wordy, 'AAAA')).toBe(await past(without, 'AAAA'))
    expect(await past(without, toBase64(signed))).toBe('owner-key')
    expect(await past(wordy, toBase64(signed))).toBe('second-factor-needed')
    for (let i = 0; i < 8; i++) await sign(pages, phone, await to(), { word: `guess ${i}` })
    expect((await sign(pages, phone, await to(), { word: OWN })).status).toBe(429)
    expect(await world.stateOf(phone.imei)).toBe('held')
  })
})
