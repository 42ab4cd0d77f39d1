import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approveOwnerKey, proposeOwnerKey } from '../src/cli/clients/owner-keys.ts'
import { signDraft } from '../src/cli/clients/drafts.ts'
import { fromBase64, toBase64 } from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { qrOf } from '../src/portal/qr-code.ts'
import { whenWords } from '../src/portal/when.tsx'
import { subjectForDevice } from '../src/registry/model/subjects.ts'
import { passkeySlot } from '../src/registry/services/people/passkey-slot.ts'
import { remindOwners } from '../src/registry/services/returns/reminders.ts'
import { ask } from './ask.ts'
import { forceAtWork, seatedAt, secondForce, takenReturn } from './desk-seat.ts'
import { answer } from './key-answer.ts'
import { Pages } from './pages.ts'
import { signedIn } from './signed-in.ts'
import { World, type Handset } from './world.ts'

const DAY = 86_400_000
const ADDRESS = '7 Example Row\nLondon'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

type Officer = Awaited<ReturnType<typeof seatedAt>>

/** A phone that was reported and locked, and whoever plays in its return. */
async function stolen() {
  const phone = await world.enrolOne()
  const { reference } = await phone.owner.report('theft')
  const { caseId } = await world.lock({ reference })
  await world.settle()
  return { phone, reference, caseId, path: `/desk/case/${caseId}/return` }
}

/** Officer and force say that they have it. */
async function found({ pages, passkey }: Officer, caseId: string): Promise<void> {
  const path = `/desk/case/${caseId}/return`
  const page = await takenReturn(pages, caseId)
  const fields = { exhibit: 'EX/1', country: 'zz' }
  const drafted = await pages.post(`${path}/found`, fields, page)
  expect(drafted.to).toBe(`${path}/sign/found`)
  expect((await passkey.send(pages, await pages.get(drafted.to!))).to).toBe(path)
  expect(await forceAtWork(world)).toEqual([])
  await world.settle()
}

/** Officer and force sign the release; a label is printed. @returns its code */
async function labelled({ pages, passkey }: Officer, caseId: string): Promise<string> {
  const path = `/desk/case/${caseId}/return`
  const page = await takenReturn(pages, caseId)
  const drafted = await pages.post(`${path}/release`, {}, page)
  await passkey.send(pages, await pages.get(drafted.to!))
  expect(await forceAtWork(world)).toEqual([])
  const label = await pages.post(`${path}/label`, {}, page)
  return /([0-9A-Z]{5}) ([0-9A-Z]{5})/.exec(label.text)!.slice(1).join('')
}

async function choose(pages: Pages, { device }: Handset, way: string, address = '') {
  const path = `/account/phone/${deviceInPath(device)}/return`
  return pages.post(path, { way, address }, await pages.get(path))
}

/** The link that the account shows for what is to be confirmed. */
const linkIn = (html: string) => /href="(\/account\/sign\/[0-9a-f-]{36})"/.exec(html)?.[1]

/** Signs the page at `path` as this owner. */
async function sign(
  pages: Pages,
  { ownerKey }: Handset,
  path: string,
  fields: Record<string, string>,
) {
  const page = await pages.get(path)
  return pages.post(path, { response: answer(page, ownerKey), ...fields }, page)
}

test('A49, A28: one officer’s word sends back no phone that police have not found, nor may another force', async () => {
  const other = await secondForce(world)
  const { caseId, path, phone } = await stolen()
  const officer = await seatedAt(world, 0)
  const page = await takenReturn(officer.pages, caseId)
  expect((await officer.pages.post(`${path}/release`, {}, page)).status).toBe(409)
  // Whatever the registry lets through, the force's own desk reads the log.
  const by = world.founding.officers[0]!.signer
  const wanted = {
    path: `/v1/cases/${caseId}/drafts`,
    body: { act: 'release', to: 'returned' },
    by,
  }
  const { json } = await ask(world, wanted)
  const { db } = world.running.context
  const draft = await world.first.waiting(caseId, 'release')
  const slot = fromBase64(signDraft(draft, 1, by).signature)
  const voucher = { draft_id: String(json['id']), officer: officer.name, slot, at_ms: 1 }
  await db.insertInto('release_vouchers').values(voucher).execute()
  expect(await forceAtWork(world)).toMatchObject([{ code: 'wrong-state' }])
  await db.deleteFrom('release_vouchers').where('draft_id', '=', voucher.draft_id).execute()
  await db.updateTable('drafts').set({ state: 'void' }).where('id', '=', voucher.draft_id).execute()

  await found(officer, caseId)
  const owner = (await signedIn(world, phone.ownerKey.key)).pages
  await choose(owner, phone, 'post', ADDRESS)
  expect((await officer.pages.get(path)).text).toContain('7 Example Row')
  const body = { crimeReference: 'OTHER/1', why: 'theft', imei: phone.imei }
  const opened = await ask(world, { path: '/v1/cases', body, by: other.officer.signer })
  const theirs = await seatedAt(world, other.officer)
  const seen = await takenReturn(theirs.pages, String(opened.json['id']))
  expect(seen.status).toBe(200)
  expect(seen.text).not.toContain('Example Row')
  for (const act of ['label', 'hand-over', 'release']) {
    const to = `/desk/case/${String(opened.json['id'])}/return/${act}`
    expect((await theirs.pages.post(to, {}, seen)).status, act).toBeGreaterThanOrEqual(400)
  }
  expect((await officer.pages.get(path)).text).toContain('7 Example Row')
})

test('P1.1: however many phones wait for their owners, the newest has its place on a page', async () => {
  await using big = await World.boot()
  const { db } = big.running.context
  const { id: subject } = await subjectForDevice(db, (await big.enrolOne()).device)
  const rows = Array.from({ length: 130 }, (_, i) => ({
    found_index: 1_000 + i,
    subject_id: subject,
    device_id: null,
    case_id: null,
    force: 'zz.force',
    at_ms: 1_000,
    way: null,
    address: null,
    code_hash: null,
  }))
  await db.insertInto('returns').values(rows).execute()
  const { pages } = await seatedAt(big, 0)
  const count = (html: string) => html.match(/With police/g)?.length ?? 0
  const first = await pages.get('/desk/returns')
  const [, next = ''] = /href="(\/desk\/returns\?after=[^"]+)"/.exec(first.html)!
  const second = await pages.get(next)
  expect([count(first.html), count(second.html)]).toEqual([100, 30])
  expect(second.text).not.toContain('Next page')
  expect((await pages.get('/desk/returns?after=x')).status).toBe(400)
})

describe('a found phone', () => {
  test('O6.1, O6.2, O6.3, O6.X1, A24, A27, A28, A68: comes back by police, the code of its label and the owner’s key', async () => {
    const { phone, caseId, path, reference } = await stolen()
    const contact = { device_id: phone.device, mail: 'owner@mail.example' }
    const { db } = world.running.context
    await db.insertInto('contacts').values(contact).execute()
    const owner = (await signedIn(world, phone.ownerKey.key)).pages
    // Nobody says a way before police have it; and an officer says where and as what.
    expect((await choose(owner, phone, 'collect')).status).toBe(409)
    const officer = await seatedAt(world, 0)
    expect((await officer.pages.get(path)).text).toContain('Take the case first')
    const page = await takenReturn(officer.pages, caseId)
    expect((await officer.pages.post(`${path}/found`, { exhibit: '' }, page)).status).toBe(422)
    await found(officer, caseId)
    expect(await world.stateOf(phone.imei)).toBe('recovered')

    // Told at once, and asked for nothing.
    const mails = await db.selectFrom('outbox').select('text').execute()
    const mail = mails.find(({ text }) => text.startsWith('Police have your phone'))!
    expect(mail.text).toContain('nobody will ask you for a code, a password or a payment')
    expect(mail.text).not.toMatch(/https?:|www\.|reply/i)
    expect((await owner.get('/account')).text).toContain('Police have your phone')
    const anybody = new Pages(world.running)
    const form = await anybody.get('/follow')
    const followed = await anybody.post('/follow', { reference, card: phone.card }, form)
    expect((await anybody.get(followed.to!)).text).toContain('Police have your phone')

    // The address is the force's: with the taken case, and on no page of anybody else.
    expect((await choose(owner, phone, 'somehow')).status).toBe(422)
    expect((await choose(owner, phone, 'post')).status).toBe(422)
    const stranger = (await signedIn(world)).pages
    const device = deviceInPath(phone.device)
    expect((await stranger.get(`/account/phone/${device}/return`)).status).toBe(404)
    expect((await choose(owner, phone, 'collect')).to).toBe('/account?done=way')
    expect((await choose(owner, phone, 'post', ADDRESS)).to).toBe('/account?done=way')
    expect((await officer.pages.get(path)).text).toContain('7 Example Row')
    const other = await seatedAt(world, 1)
    expect((await other.pages.get(path)).text).not.toContain('Example Row')
    for (const shown of [
      await owner.get('/account'),
      await owner.get(`/account/phone/${device}/return`),
      await anybody.get(followed.to!),
      await officer.pages.get('/desk/returns'),
    ])
      expect(shown.text).not.toContain('Example Row')

    const code = await labelled(officer, caseId)
    const again = await officer.pages.post(`${path}/label`, {}, await officer.pages.get(path))
    const label = again.html
    const newer = /([0-9A-Z]{5}) ([0-9A-Z]{5})/.exec(again.text)!.slice(1).join('')
    const picture = Buffer.from(/svg\+xml;base64,([^"]+)/.exec(label)![1]!, 'base64').toString()
    expect(picture).toBe(qrOf(`http://localhost/account#${newer}`))
    for (const secret of [phone.imei, phone.card, reference, caseId.slice(0, 8), 'Example', 'Sam'])
      expect(label.split('<main')[1]!.split('app-no-print')[0]).not.toContain(secret)
    expect((await choose(owner, phone, 'collect')).status).toBe(409)

    // Posted: nobody needs the address any more.
    await officer.pages.post(`${path}/hand-over`, {}, await officer.pages.get(path))
    expect((await officer.pages.get(path)).text).not.toContain('Example Row')
    const ofCase = db.selectFrom('returns').select('address').where('case_id', '=', caseId)
    const rows = await ofCase.execute()
    expect(rows.every(({ address }) => address === null)).toBe(true)

    // Neither the link, nor the label, nor another's passkey is enough.
    const to = linkIn((await owner.get('/account')).html)!
    expect((await stranger.get(to)).status).toBe(404)
    expect((await sign(owner, phone, to, { code: '' })).status).toBe(422)
    expect((await sign(owner, phone, to, { code })).status).toBe(422)
    const response = answer(await owner.get(to), world.founding.maker.signer)
    const forged = await owner.post(to, { response, code: newer }, await owner.get(to))
    expect(forged.text).toContain('Code: assertion')
    // Past the pages, where there is no field for a code; without the key nobody learns that there is one.
    const own = JSON.parse(answer(await owner.get(to), phone.ownerKey)) as never
    const signed = toBase64(passkeySlot(phone.ownerKey.key, own))
    const past = async (signature: string) => {
      const body = { signatures: [{ draft: to.split('/').at(-1), slot: 1, signature }] }
      return (await ask(world, { path: '/v1/signatures', body })).code
    }
    expect(await past('AAAA')).toBe('malformed')
    expect(await past(signed)).toBe('return-code')
    expect(await world.stateOf(phone.imei)).toBe('recovered')

    expect((await sign(owner, phone, to, { code: newer })).to).toBe('/account?done=released')
    await world.settle()
    expect(await world.stateOf(phone.imei)).toBe('protected')
    expect(await world.probe.ask(phone.imei)).toBe('WHITELISTED')
    await world.audit() // the phone itself, too
    const page2 = { ...(await owner.get('/account')) }
    const twice = await owner.post(to, { response, code: newer }, page2)
    expect(twice.status).toBe(409)
    expect(twice.text).toContain('return-code-used')
  })

  test('A27: codes are not guessed: after ten wrong ones of a case even the right one waits a day', async () => {
    const { phone, caseId } = await stolen()
    const owner = (await signedIn(world, phone.ownerKey.key)).pages
    const officer = await seatedAt(world, 0)
    await found(officer, caseId)
    await choose(owner, phone, 'collect')
    const code = await labelled(officer, caseId)
    const path = `/desk/case/${caseId}/return`
    const early = await officer.pages.post(`${path}/hand-over`, {}, await officer.pages.get(path))
    expect(early.text).toContain('wrong-state')
    const to = linkIn((await owner.get('/account')).html)!
    for (let i = 0; i < 10; i++)
      expect((await sign(owner, phone, to, { code: `ZZZZZZZZZ${i}` })).status).toBe(422)
    const late = await sign(owner, phone, to, { code })
    expect(late.status).toBe(429)
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(3_600)
    world.advance(DAY + 60_000)
    const next = (await signedIn(world, phone.ownerKey.key)).pages
    expect((await sign(next, phone, to, { code })).to).toBe('/account?done=released')
    const later = await seatedAt(world, 0)
    await takenReturn(later.pages, caseId)
    const handed = await later.pages.post(`${path}/hand-over`, {}, await later.pages.get(path))
    expect(handed.to).toBe(path)
  })

  test('O6.F1, O6.F2: silent for 28 days: one reminder, and the timeline says what police do; a new key shows its date', async () => {
    const { phone, caseId, reference } = await stolen()
    const { context } = world.running
    const officer = await seatedAt(world, 0)
    await found(officer, caseId)
    await context.db
      .insertInto('contacts')
      .values({ device_id: phone.device, mail: 'silent@mail.example' })
      .execute()
    const reminders = async () => {
      await remindOwners(context)
      const mails = await context.db.selectFrom('outbox').select(['text', 'mail']).execute()
      return mails.filter(
        ({ text, mail }) => mail === 'silent@mail.example' && text.includes('28 days'),
      ).length
    }
    expect(await reminders()).toBe(0)
    world.advance(28 * DAY + 60_000)
    expect(await reminders()).toBe(1)
    expect(await reminders()).toBe(1)
    const anybody = new Pages(world.running)
    const sent = await anybody.post(
      '/follow',
      { reference, card: phone.card },
      await anybody.get('/follow'),
    )
    expect((await anybody.get(sent.to!)).text).toContain('Police now follow their own procedure')

    // The key is lost: a new one at the counter, and from when it counts stands on both sides.
    const [first, second] = world.founding.officers.map(({ signer }) => signer)
    const wanted = { caseId, basis: 'counter', owner: generateEs256().signer } as const
    await proposeOwnerKey(world.first, { ...wanted, officer: first! })
    await approveOwnerKey(world.second, { caseId, force: world.force, officer: second! })
    const counts = whenWords(world.surroundings.clock() + 7 * DAY).split(', ')[1]!
    const now = await anybody.post(
      '/follow',
      { reference, card: phone.card },
      await anybody.get('/follow'),
    )
    expect((await anybody.get(now.to!)).text).toMatch(
      new RegExp(`With it the phone can come back from .{1,30}${counts}`),
    )
    const later = await seatedAt(world, 0)
    expect((await takenReturn(later.pages, caseId)).text).toMatch(
      new RegExp(`New owner’s key Counts from .{1,30}${counts}`),
    )
  })
})
