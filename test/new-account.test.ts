import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { thumbprint } from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { LIMITS } from '../src/registry/index.ts'
import { noticesOf } from '../src/registry/services/notices.ts'
import { Pages, hiddenFields, type Shown } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import { signedIn } from './signed-in.ts'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

const newPasskey = () => new TestPasskey(generateEs256().pem)

/** Somebody new, from the page that wants him signed in to where it leads. */
async function created(passkey: TestPasskey, from = '/account'): Promise<Pages> {
  const pages = new Pages(world.running)
  const door = await pages.get(from)
  const link = /href="(\/account\/create[^"]*)"/.exec(door.html)![1]!
  const use = await passkey.send(pages, await pages.get(link))
  expect(use.text).toContain('Now use it once')
  expect(pages.cookies.size).toBe(0)
  const done = await passkey.send(pages, use, { name: 'Kim' })
  expect(done).toMatchObject({ status: 303, to: from })
  return pages
}

const accounts = async () =>
  (await world.database.db.selectFrom('accounts').select('id').execute()).length

/** The field of the code, and what signs the form. */
const typed = (pages: Pages, path: string, code: string, more = {}) =>
  pages.get(path).then((page) => pages.post(path, { code, ...more }, page))

describe('an account for somebody without a phone', () => {
  test('T1.1, T1.2: invited, he makes an account with a passkey, accepts, and holds for the owner', async () => {
    const handset = await world.enrolOne()
    const owner = (await signedIn(world, handset.ownerKey.key)).pages
    const path = `/account/phone/${deviceInPath(handset.device)}/trusted`
    const invited = await owner.post(path, { name: 'Kim' }, await owner.get(path))
    expect(invited.html).toContain('data:image/svg+xml')
    expect(invited.text).toContain('http://localhost/trusted/accept')
    const code = /[0-9A-Z]{5} [0-9A-Z]{5}/.exec(invited.text)![0]
    const friend = await created(newPasskey(), '/trusted/accept')
    const own = await friend.get('/account')
    expect(own.text).toMatch(/accept a code from somebody who trusts you .*take over a phone/)
    expect(await typed(friend, '/trusted/accept', code)).toMatchObject({ to: '/trusted/accepted' })
    const held = await typed(friend, '/trusted', code, { why: 'theft' })
    expect(held).toMatchObject({ to: '/trusted/done' })
    expect(await world.stateOf(handset.imei)).toBe('held')
    expect((await owner.get('/account')).text).toContain('Locked by you until')
  })

  test('O7.1: a buyer makes an account for the seller’s code, takes the phone, and its key is his passkey', async () => {
    const { phone, device, ownerKey, ownerPem, imei } = await world.enrolOne()
    const seller = (await signedIn(world, ownerKey.key)).pages
    await phone.ask('transfer', { passcode: true, biometric: false })
    const sell = `/account/phone/${deviceInPath(device)}/sell`
    const offered = await new TestPasskey(ownerPem).send(seller, await seller.get(sell))
    expect(offered.html).toContain('data:image/svg+xml')
    const code = /<bdi class="app-number">([^<]+)</.exec(offered.html)![1]!
    const passkey = newPasskey()
    const first = await created(passkey, '/take')
    expect((await typed(first, '/take', code)).text).toContain('You can take it from')
    // The passkey he signs in with is the one at hand, and becomes the phone's.
    const second = newPasskey()
    const make = await passkey.send(first, await first.get('/account/passkeys'), {
      label: 'Second',
    })
    await second.send(first, await second.send(first, make))
    await world.pass(3_600_000)
    const taker = new Pages(world.running)
    await second.send(taker, await taker.get('/take'))
    const ready = await typed(taker, '/take', code)
    expect((await passkey.send(taker, ready)).status).toBe(422)
    const taken = await second.send(taker, ready)
    expect(taken.text).toContain('Recovery card')
    await world.settle()
    expect((await taker.get('/account')).text).toContain('What protects it')
    const list = await taker.get('/account/passkeys')
    expect(list.text).toMatch(/Second Since .* A phone of yours has it/)
    expect(list.html.match(/action="\/account\/passkeys\/remove"/g)).toHaveLength(1)
    expect(await world.stateOf(imei)).toBe('protected')
    await world.audit()
  })

  test('A41, A46: an account brought with the public key of another is none: it has to be used once', async () => {
    const { ownerKey, ownerPem, device } = await world.enrolOne()
    const before = await accounts()
    const victim = new TestPasskey(ownerPem)
    const thief = newPasskey()
    const pages = new Pages(world.running)
    const use = await victim.send(pages, await pages.get('/account/create'))
    const said = /data-options="([^"]+)"/.exec(use.html)![1]!.replaceAll('&quot;', '"')
    // The thief knows the key and may name the credential as he likes; sign he cannot.
    const forged = JSON.parse(thief.answer(JSON.parse(said)))
    const response = JSON.stringify({ ...forged, id: victim.credential, rawId: victim.credential })
    const refused = await pages.post('/account/create/use', { response }, use)
    expect(refused).toMatchObject({ status: 422 })
    expect(pages.cookies.size).toBe(0)
    for (const made of ['', 'AAAA', 'x'.repeat(5_000)]) {
      const bent = await pages.post('/account/create/use', { response, made }, use)
      expect(bent.status).toBe(422)
    }
    const again = await pages.post('/account/create', { response: '{}' }, use)
    expect(again.text).toContain('No account was made')
    expect(await accounts()).toBe(before)
    const { pages: owner } = await signedIn(world, ownerKey.key)
    expect((await owner.get('/account')).html).toContain(deviceInPath(device))
  })

  test('A71, A96: of another site, sent twice, too late, without its person, or known already: no account', async () => {
    const before = await accounts()
    const passkey = newPasskey()
    const pages = new Pages(world.running)
    const form = await pages.get('/account/create')
    const optionsOf = ({ html }: Shown) =>
      JSON.parse(/data-options="([^"]+)"/.exec(html)![1]!.replaceAll('&quot;', '"'))
    const unseen = passkey.made(optionsOf(form), 0x01)
    expect((await pages.post('/account/create', { response: unseen })).status).toBe(422)
    const elsewhere = new TestPasskey(generateEs256().pem, 'https://evil.example')
    const foreign = elsewhere.made(optionsOf(await pages.get('/account/create')))
    expect((await pages.post('/account/create', { response: foreign })).status).toBe(422)
    const use = await passkey.send(pages, await pages.get('/account/create'))
    const cross = { 'sec-fetch-site': 'cross-site' }
    const response = passkey.answer(optionsOf(use))
    const sent = await pages.post('/account/create/use', { response }, use, cross)
    expect(sent.status).toBe(403)
    expect(await accounts()).toBe(before)
    // A session that somebody laid under it is over once the account is made.
    const { pages: laid } = await signedIn(world)
    const token = laid.cookies.get('__Host-session')!
    pages.useSession(token)
    const twice = await Promise.all(
      [1, 2].map(() => pages.post('/account/create/use', { response }, use)),
    )
    expect(new Set(twice.map(({ status }) => status))).toEqual(new Set([303, 422]))
    expect(pages.cookies.get('__Host-session')).not.toBe(token)
    expect((await new Pages(world.running).useSession(token).get('/account')).text).toContain(
      'Sign in',
    )
    expect(await accounts()).toBe(before + 2) // one of them was laid
    const known = await passkey.send(pages, await pages.get('/account/create'))
    expect((await passkey.send(pages, known)).text).toContain('has an account already')
    const slow = await newPasskey().send(pages, await pages.get('/account/create'))
    world.advance(11 * 60_000)
    expect((await newPasskey().send(pages, slow)).status).toBe(422)
    expect(await accounts()).toBe(before + 2)
  })
})

describe('passkeys of an account', () => {
  test('A71: one more, after one was shown; whoever finds somebody signed in adds none', async () => {
    const [first, second] = [newPasskey(), newPasskey()]
    const pages = await created(first)
    const list = await pages.get('/account/passkeys')
    expect(list.html).not.toContain('/account/passkeys/remove') // never the last
    const stranger = newPasskey()
    await created(stranger)
    expect((await stranger.send(pages, list, { label: 'Mine' })).status).toBe(422)
    const make = await first.send(pages, await pages.get('/account/passkeys'), {
      label: 'Blue key',
    })
    expect(make.html).toContain(first.credential) // excluded: no second one on the same device
    const bent = await second.send(pages, make, { permit: 'A'.repeat(86) })
    expect(await second.send(pages, bent)).toMatchObject({ status: 403 })
    const show = await pages.get('/account/passkeys')
    const use = await second.send(pages, await first.send(pages, show, { label: 'Blue key' }))
    const added = await second.send(pages, use)
    expect(added).toMatchObject({ status: 303, to: '/account/passkeys' })
    expect((await pages.get('/account/passkeys')).text).toContain('Blue key')
    expect((await second.send(pages, use)).status).toBe(422)

    // It signs in on another device; removed, it signs nobody in, and whoever it signed in is out.
    const other = new Pages(world.running)
    await second.send(other, await other.get('/account'))
    expect((await other.get('/account')).text).toContain('Your phones')
    const both = await pages.get('/account/passkeys')
    const { csrf = '' } = hiddenFields(both.html)
    const forged = { credential: second.credential, response: '{}', csrf }
    expect((await pages.post('/account/passkeys/remove', forged)).status).toBe(422)
    const removed = await first.send(
      pages,
      both,
      { credential: second.credential },
      '/account/passkeys/remove',
    )
    expect(removed).toMatchObject({ status: 303 })
    expect((await other.get('/account')).text).toContain('Sign in to your account')
    const late = await second.send(other, await other.get('/account'))
    expect(late.status).toBe(422)
  })

  test('A43, A76: the owner of a phone is told of each change; what somebody calls a passkey is text', async () => {
    const handset = await world.enrolOne()
    const { pages } = await signedIn(world, handset.ownerKey.key)
    const owner = new TestPasskey(handset.ownerPem)
    const second = newPasskey()
    // As the account knows the passkey of the phone.
    const { db } = world.running.context
    await db
      .updateTable('passkeys')
      .set({ credential: owner.credential })
      .where('thumbprint', '=', thumbprint(handset.ownerKey.key))
      .execute()
    const label = '<script>alert(1)</script>'
    const make = await owner.send(pages, await pages.get('/account/passkeys'), { label })
    await second.send(pages, await second.send(pages, make))
    const page = await pages.get('/account/passkeys')
    expect(page.html).toContain('&lt;script&gt;')
    expect(page.html).not.toContain('<script>alert')
    const told = async () => (await noticesOf(db, handset.device)).map(({ what }) => what)
    expect(await told()).toEqual(['passkey'])
    await second.send(pages, page, { credential: second.credential }, '/account/passkeys/remove')
    expect(await told()).toEqual(['passkey', 'passkey'])
  })

  test('never the last, never one that owns a phone, never another’s', async () => {
    const { ownerKey } = await world.enrolOne()
    const { pages: owner } = await signedIn(world, ownerKey.key)
    const passkey = newPasskey()
    const pages = await created(passkey)
    const remove = async (credential: string) => {
      const page = await pages.get('/account/passkeys')
      const { csrf = '' } = hiddenFields(page.html)
      const said = /data-options="([^"]+)"/.exec(page.html)![1]!.replaceAll('&quot;', '"')
      const response = passkey.answer(JSON.parse(said))
      return pages.post('/account/passkeys/remove', { credential, response, csrf })
    }
    expect((await remove(passkey.credential)).status).toBe(409)
    expect((await remove('AAAA')).status).toBe(404)
    const page = await owner.get('/account/passkeys')
    expect(page.text).toContain('A phone of yours has it')
    expect(page.html).not.toContain('/account/passkeys/remove')
  })

  test('A46: an account costs whoever makes it nothing, so that one source makes few', async () => {
    await using braked = await World.boot({ limits: LIMITS })
    const pages = new Pages(braked.running)
    const { burst } = LIMITS.lanes.account.perSource
    for (let i = 0; i < burst; i++)
      expect((await pages.post('/account/create', { response: '{}' })).status).toBe(422)
    expect((await pages.post('/account/create', { response: '{}' })).status).toBe(429)
    const other = new Pages(braked.running, '192.0.2.77')
    expect((await other.post('/account/create', { response: '{}' })).status).toBe(422)
  })
})
