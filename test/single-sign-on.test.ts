import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestProvider } from './identity-provider.ts'
import { nameOf, voidKey } from './desk-seat.ts'
import { Pages, type Shown } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import { World } from './world.ts'

let world: World
let provider: TestProvider
/** Its documents name endpoints at another address. */
let stray: TestProvider
let force: string
let out: string
const OTHER = 'xb.other/force'
const OTHER_OUT = '/desk/sign-on/xb.other_force'
beforeAll(async () => {
  world = await World.boot()
  force = world.forceName
  out = `/desk/sign-on/${force.replaceAll('/', '_')}`
  provider = await TestProvider.start(
    [out, OTHER_OUT].map((at) => `http://localhost${at}/callback`),
  )
  stray = await TestProvider.start([])
  const gone = await TestProvider.start([])
  const goneAt = gone.issuer
  await gone[Symbol.asyncDispose]()
  await world.restartWith({
    identityProviders: [
      provider.of(force),
      provider.of(OTHER),
      { ...provider.of('xb.gone'), issuer: new URL(goneAt) },
      { ...provider.of('xb.stray'), issuer: new URL(stray.issuer) },
    ],
  })
})
afterAll(async () => {
  await provider[Symbol.asyncDispose]()
  await stray[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

/** Out to the provider, in by this name, and where the browser is led back to. */
async function ledBack(pages: Pages, name: string, at = out): Promise<string> {
  const { to } = await pages.get(at)
  const url = new URL(await provider.signIn(to!, name))
  expect(url.origin).toBe('http://localhost')
  return url.pathname + url.search
}

/** Nobody is signed in, and the page says why. */
function expectRefused(shown: Shown, code: string, pages: Pages): void {
  expect(shown.text).toContain(`Code: ${code}`)
  expect(shown.status).toBeGreaterThanOrEqual(400)
  expect([...pages.cookies.keys()]).toEqual([])
}

describe('single sign-on', () => {
  test('A98, S1.X2: the force’s account opens the desk with the certificate’s role, and signs nothing', async () => {
    const pages = new Pages(world.running)
    const page = await pages.get('/desk')
    expect(page.html).toContain(`href="${out}"`)
    const begun = await pages.get(out)
    const asked = new URL(begun.to!)
    expect(asked.origin).toBe(provider.issuer)
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      prompt: 'login',
      redirect_uri: `http://localhost${out}/callback`,
    })
    const [, label] = nameOf(world, 0).split(`${force}/`)
    // The directory may hold the whole name, or the officer's own part of it.
    for (const name of [nameOf(world, 0), label!]) {
      const seat = new Pages(world.running)
      const led = await seat.get(await ledBack(seat, name))
      expect(led.to).toBe('/desk')
      expect([...seat.cookies.keys()]).toEqual(['__Host-session'])
      expect((await seat.get('/desk')).text).toContain(nameOf(world, 0))
    }
    const { db } = world.running.context
    const accounts = await db.selectFrom('accounts').select(['kind', 'name']).execute()
    expect(accounts).toEqual([{ kind: 'officer', name: nameOf(world, 0) }])

    // The order asks for the passkey of the certificate, and for no other.
    const { card } = await world.enrolOne()
    const owner = new Pages(world.running)
    const { to } = await owner.post('/report', { card, why: 'theft' }, await owner.get('/report'))
    const reference = /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec((await owner.get(to!)).text)![0]
    const seat = new Pages(world.running)
    await seat.get(await ledBack(seat, nameOf(world, 0)))
    const take = await seat.get(`/desk/take/${reference}`)
    const taken = await seat.post(
      `/desk/take/${reference}`,
      { crime: 'CR/1', people: 'none' },
      take,
    )
    const found = await seat.get(taken.to!)
    await seat.post(`${taken.to}/propose`, { why: 'theft', view: 'receipt' }, found)
    const sign = await seat.get(`${taken.to}/sign`)
    expect((await seat.post(`${taken.to}/sign`, {}, sign)).status).toBe(422)
    const [own, other] = [0, 1].map((i) => new TestPasskey(world.founding.officers[i]!.pem))
    expect((await other!.send(seat, sign)).status).toBe(422)
    expect((await own!.send(seat, sign)).to).toBe(`${taken.to}/progress`)

    const gone = await seat.post('/desk/sign-out', {}, await seat.get('/desk'))
    expect(gone.to).toBe('/desk')
    expect((await seat.get('/desk')).html).toContain(`href="${out}"`)
  })

  test('A98: another force’s officer, nobody’s name, another role get no seat', async () => {
    for (const [name, code] of [
      ['nobody', 'officer-unknown'],
      [`${force}/nobody`, 'officer-unknown'],
      [force, 'officer-unknown'],
      [`${force}/intake`, 'officer-unknown'],
    ] as const) {
      const pages = new Pages(world.running)
      expectRefused(await pages.get(await ledBack(pages, name)), code, pages)
    }
    // At another force's provider the same claim is another force's word.
    const pages = new Pages(world.running)
    const back = await ledBack(pages, nameOf(world, 0), OTHER_OUT)
    expectRefused(await pages.get(back), 'officer-elsewhere', pages)
    const own = await ledBack(pages, nameOf(world, 0))
    expectRefused(await pages.get(own.replace(out, OTHER_OUT)), 'sign-on-state', pages)
  })

  test('A51: an answer counts once, in the browser that asked, under the session made by it', async () => {
    const [victim, thief] = [new Pages(world.running), new Pages(world.running)]
    // Login CSRF: the thief's own answer, brought to another browser.
    const back = await ledBack(thief, nameOf(world, 1))
    expectRefused(await victim.get(back), 'sign-on-state', victim)
    await victim.get(out)
    expectRefused(await victim.get(back), 'sign-on-state', victim)
    // Once, even with the ticket kept.
    const kept = [...thief.cookies]
    expect((await thief.get(back)).to).toBe('/desk')
    const again = new Pages(world.running)
    for (const [name, value] of kept) again.useCookie(name, value)
    expectRefused(await again.get(back), 'sign-on-state', again)

    // A session laid under it beforehand is not the one that is signed in.
    const fixed = new Pages(world.running).useSession('A'.repeat(43))
    expect((await fixed.get(await ledBack(fixed, nameOf(world, 1)))).to).toBe('/desk')
    expect(fixed.cookies.get('__Host-session')).not.toBe('A'.repeat(43))
    const before = fixed.cookies.get('__Host-session')!
    expect((await fixed.get(await ledBack(fixed, nameOf(world, 1)))).to).toBe('/desk')
    const old = new Pages(world.running).useSession(before)
    expect((await old.get('/desk')).html).toContain(`href="${out}"`)

    // Ten minutes are all there are; what comes without a ticket, a state or a code is nothing.
    const late = new Pages(world.running)
    const answer = await ledBack(late, nameOf(world, 1))
    world.advance(11 * 60_000)
    expectRefused(await late.get(answer), 'sign-on-state', late)
    for (const query of ['', '?code=1', '?state=1&code=1', `?state=${'x'.repeat(5_000)}`]) {
      const pages = new Pages(world.running)
      await pages.get(out)
      expectRefused(await pages.get(`${out}/callback${query}`), 'sign-on-state', pages)
    }
    expect((await late.get('/desk/sign-on/xb_none')).text).toContain('not-found')
  })

  test('A51: what the provider says counts when it is its own word, to us, now', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const forged of [
      { exp: now - 60, iat: now - 120 },
      { iss: 'https://login.example' },
      { aud: 'another' },
      { nonce: 'another' },
      { alg: 'none' },
      { alg: 'HS256' },
    ]) {
      const pages = new Pages(world.running)
      const back = await ledBack(pages, nameOf(world, 1))
      provider.forged = forged
      expectRefused(await pages.get(back), 'sign-on-answer', pages)
      provider.forged = null
    }
    for (const preferred_username of [
      undefined,
      1,
      '',
      'x'.repeat(600),
      { name: nameOf(world, 1) },
    ]) {
      const pages = new Pages(world.running)
      const back = await ledBack(pages, nameOf(world, 1))
      provider.forged = { preferred_username }
      expectRefused(await pages.get(back), 'officer-unknown', pages)
      provider.forged = null
    }
    // Whoever says no at his provider is not signed in.
    const pages = new Pages(world.running)
    const state = new URL((await pages.get(out)).to!).searchParams.get('state')!
    const denied = `${out}/callback?error=access_denied&state=${state}&iss=${provider.issuer}`
    expectRefused(await pages.get(denied), 'sign-on-answer', pages)
  })

  test('A51: nobody is led, and nothing is sent, elsewhere than to the issuer', async () => {
    const pages = new Pages(world.running)
    for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
      stray.documents = { [endpoint]: `${provider.issuer}/elsewhere` }
      const shown = await pages.get('/desk/sign-on/xb.stray')
      expect(shown.to).toBeNull()
      expectRefused(shown, 'sign-on-answer', pages)
    }
    stray.documents = { issuer: provider.issuer }
    expect((await pages.get('/desk/sign-on/xb.stray')).to).toBeNull()
    stray.documents = {}
    const { to } = await pages.get('/desk/sign-on/xb.stray')
    expect(new URL(to!).origin).toBe(stray.issuer)
  })

  test('A51: a provider that is gone or silent stops nobody who has his passkey', async () => {
    const pages = new Pages(world.running)
    const back = await ledBack(pages, nameOf(world, 1))
    provider.isSilent = true
    const began = performance.now()
    expectRefused(await pages.get(back), 'sign-on-unavailable', pages)
    expect(performance.now() - began).toBeLessThan(10_000)
    provider.isSilent = false
    expectRefused(await pages.get('/desk/sign-on/xb.gone'), 'sign-on-unavailable', pages)
    const passkey = new TestPasskey(world.founding.officers[1]!.pem)
    const sent = await passkey.send(pages, await pages.get('/desk'), { name: nameOf(world, 1) })
    expect(sent.to).toBe('/desk')
  })

  test('A51: whose certificate is voided loses the seat at once, and gets none by his force’s account', async () => {
    const pages = new Pages(world.running)
    expect((await pages.get(await ledBack(pages, nameOf(world, 2)))).to).toBe('/desk')
    await voidKey(world, world.founding.officers[2]!.signer)
    expect((await pages.get('/desk')).text).toContain('your certificate has ended')
    expectRefused(await pages.get(await ledBack(pages, nameOf(world, 2))), 'officer-unknown', pages)
  })
})
