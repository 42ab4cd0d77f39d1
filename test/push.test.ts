import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { takePhone, offerPhone } from '../src/cli/clients/transfers.ts'
import { withCheckDigit } from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { webPushPost, type PushTarget } from '../src/registry/index.ts'
import { deliver } from '../src/registry/services/outbox.ts'
import { ask } from './ask.ts'
import type { Pages } from './pages.ts'
import { PushService, TestBrowser } from './push-service.ts'
import { signedIn } from './signed-in.ts'
import { World } from './world.ts'

const bytes = (text: string) => Buffer.from(text, 'base64url')

test('RFC 8291 appendix A: the browser of these tests opens the message of the standard', () => {
  const browser = new TestBrowser(
    bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94'),
    bytes('BTBZMqHH6r4Tts7J_aSIgg'),
  )
  const message =
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN'
  expect(browser.open(bytes(message))).toBe('When I grow up, I want to be a watermelon')
  const bent = bytes(message)
  bent[100]! ^= 1
  expect(() => browser.open(bent)).toThrow()
})

describe('messages to browsers', () => {
  const { pem } = generateEs256()
  let world: World
  let service: PushService
  beforeAll(async () => {
    world = await World.boot()
  })
  afterAll(() => world[Symbol.asyncDispose]())
  beforeEach(async () => {
    service = await PushService.start()
    const subject = 'mailto:push@registry.example'
    const origins = [service.origin]
    await world.restartWith({ push: webPushPost({ pem, subject, origins }) })
    await db().deleteFrom('push_subscriptions').execute()
    await db().deleteFrom('outbox').execute()
  })
  afterEach(() => service[Symbol.asyncDispose]())

  const db = () => world.running.context.db
  const rows = () => db().selectFrom('outbox').select(['id', 'push_id', 'tries']).execute()
  const browsers = () => db().selectFrom('push_subscriptions').selectAll().execute()
  const send = () => deliver(world.running.context, null)

  async function subscribe(pages: Pages, browser: TestBrowser, path = '/push/a', label = 'Tablet') {
    const fields = { endpoint: `${service.origin}${path}`, ...browser.keys, label }
    return pages.post('/account/push', fields, await pages.get('/account'))
  }

  /** An owner with a browser that is told, and a phone. */
  async function told(path?: string) {
    const handset = await world.enrolOne()
    const { pages, account } = await signedIn(world, handset.ownerKey.key)
    const browser = new TestBrowser()
    expect(await subscribe(pages, browser, path)).toMatchObject({ to: '/account?done=told' })
    return { handset, pages, account, browser }
  }

  /** Something that its owner is told of: a new request of the phone. */
  const happens = ({ phone }: Awaited<ReturnType<typeof told>>['handset']) =>
    phone.ask('unprotect', { passcode: true, biometric: false })

  test('T1.2, A24, A100: what the owner is told comes sealed to his browser, by a known sender, and names nothing', async () => {
    const { handset, pages, browser } = await told()
    await happens(handset)
    await send()
    const [pushed] = service.got
    expect(pushed!.path).toBe('/push/a')
    expect(pushed!.claims.aud).toBe(service.origin)
    expect(pushed!.claims.sub).toBe('mailto:push@registry.example')
    const hours = (pushed!.claims.exp - Date.now() / 1000) / 3_600
    expect(hours).toBeGreaterThan(0)
    expect(hours).toBeLessThanOrEqual(24)
    expect(pushed!.key).toBe(world.running.context.push!.publicKey)
    expect(pushed!.headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high' })
    const said = browser.open(pushed!.body)
    expect(said).toContain('Switching off the theft protection of your phone')
    for (const secret of [handset.imei, 'Sam', 'Example One', 'ZZ', deviceInPath(handset.device)])
      expect(said).not.toContain(secret)
    expect(() => new TestBrowser().open(pushed!.body)).toThrow()
    expect(await rows()).toEqual([])

    // Listed, and turned off: it hears nothing more.
    const page = await pages.get('/account')
    expect(page.text).toMatch(/Browsers that are told about your phones .*Tablet/)
    const { pages: other } = await signedIn(world)
    const [row] = await browsers()
    await other.post('/account/push/remove', { id: row!.id }, await other.get('/account'))
    expect(await browsers()).toHaveLength(1)
    await pages.post('/account/push/remove', { id: row!.id }, page)
    expect(await browsers()).toEqual([])
    expect((await pages.get('/account')).text).not.toContain('Tablet')
  })

  test('the worker is of our own origin, never from an old cache; where nothing is sent, nothing is offered', async () => {
    const { pages, handset } = await told()
    const worker = await pages.get('/push-worker.js')
    expect(worker.headers.get('content-type')).toContain('text/javascript')
    expect(worker.headers.get('cache-control')).toBe('no-cache')
    const page = await pages.get('/account')
    expect(page.headers.get('content-security-policy')).toContain("worker-src 'self'")
    expect(page.html).toContain('data-push')
    await world.restartWith({ push: null })
    const { pages: without } = await signedIn(world, handset.ownerKey.key)
    const offered = await without.get('/account')
    expect(offered.html).not.toContain('data-push')
    const { keys } = new TestBrowser()
    const sent = { endpoint: 'https://fcm.googleapis.com/x', ...keys }
    expect((await without.post('/account/push', sent, offered)).status).toBe(404)
  })

  test('A75: only known push services over TLS are told, at saving and at sending; never this machine or a redirect', async () => {
    const { handset, pages } = await told()
    const { keys } = new TestBrowser()
    const elsewhere = await PushService.start()
    const page = await pages.get('/account')
    const refused = [
      `${elsewhere.origin}/push`,
      'http://fcm.googleapis.com/fcm/send/x',
      'https://fcm.googleapis.com:8443/fcm/send/x',
      'https://user@fcm.googleapis.com/fcm/send/x',
      'https://fcm.googleapis.com.evil.example/x',
      'https://evilpush.apple.com.example/x',
      'https://push.apple.com@10.0.0.1/x',
      'https://notpush.apple.com.local/x',
      'https://169.254.169.254/latest/meta-data',
      'https://[::1]/x',
      'https://localhost/x',
      'file:///etc/passwd',
      'javascript:alert(1)',
      '',
      `https://fcm.googleapis.com/${'x'.repeat(2_000)}`,
    ]
    for (const endpoint of refused) {
      const said = await pages.post('/account/push', { endpoint, ...keys }, page)
      expect(said.status, endpoint).toBe(422)
      expect(said.text).toContain('push-target-refused')
    }
    const good = 'https://web.push.apple.com/x'
    for (const bent of [
      { p256dh: '', auth: '' },
      { ...keys, auth: `${keys.auth}A` },
      { ...keys, p256dh: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]).toString('base64url') },
    ])
      expect((await pages.post('/account/push', { endpoint: good, ...bent }, page)).status).toBe(
        400,
      )
    const cross = { 'sec-fetch-site': 'cross-site' }
    const sent = await pages.post('/account/push', { endpoint: good, ...keys }, page, cross)
    expect(sent.status).toBe(403)
    expect(await browsers()).toHaveLength(1)
    for (const host of [
      'fcm.googleapis.com',
      'updates.push.services.mozilla.com',
      'x.notify.windows.com',
    ])
      expect(() =>
        world.running.context.push!.demandTarget({ endpoint: `https://${host}/x`, ...keys }),
      ).not.toThrow()

    // What the database holds is judged again; where a push service points to, nobody goes.
    await happens(handset)
    await db()
      .updateTable('push_subscriptions')
      .set({ endpoint: `${elsewhere.origin}/x` })
      .execute()
    await send()
    await db()
      .updateTable('push_subscriptions')
      .set({ endpoint: `${service.origin}/x` })
      .execute()
    service.ending = { redirect: `${elsewhere.origin}/y` }
    world.advance(60_000)
    await send()
    expect(service.got).toHaveLength(1)
    expect(elsewhere.got).toEqual([])
    expect(await rows()).toHaveLength(1)
    await elsewhere[Symbol.asyncDispose]()
  })

  test('A100, nothing is lost: a push service that fails, dies or never ends gets it again, under the same id', async () => {
    const { handset, browser } = await told()
    await happens(handset)
    const endings = [503, 'dies', 429] as const
    const lines: string[] = []
    const logger = pino({}, { write: (line: string) => lines.push(line) })
    for (const ending of endings) {
      service.ending = ending
      await deliver({ ...world.running.context, logger }, null)
      world.advance(3_600_000)
    }
    // A100: an endpoint is a secret of the browser's.
    expect(lines).toHaveLength(3)
    expect(lines.join()).toContain('push message not handed over')
    expect(lines.join()).not.toMatch(/\/push\/|127\.0\.0\.1|p256dh/)
    expect(await rows()).toHaveLength(1)
    service.ending = 'endless'
    await send()
    expect(await rows()).toEqual([])
    const ids = service.got.map(({ body }) => (JSON.parse(browser.open(body)) as { id: string }).id)
    expect(ids).toHaveLength(4)
    expect(new Set(ids).size).toBe(1)
  })

  test('nothing is lost: a sender that is killed before it notes the success sends a second copy, never none', async () => {
    const { handset, browser } = await told()
    await happens(handset)
    const { context } = world.running
    const killed = {
      ...context,
      push: {
        ...context.push!,
        send: async (message: { id: string; to: PushTarget; text: string; at: number }) => {
          await context.push!.send(message)
          throw new Error('killed between sending and noting it')
        },
      },
    }
    await deliver(killed, null)
    await send() // not at once again
    expect(service.got).toHaveLength(1)
    world.advance(60_000)
    await Promise.all([send(), send()]) // two processes
    const ids = service.got.map(({ body }) => (JSON.parse(browser.open(body)) as { id: string }).id)
    expect(ids).toHaveLength(2)
    expect(ids[0]).toBe(ids[1])
    expect(await rows()).toEqual([])
  })

  test('a browser that has gone is forgotten, with what was on its way; mail and others are told all the same', async () => {
    const { handset, pages } = await told('/push/gone')
    await subscribe(pages, new TestBrowser(), '/push/there', 'Laptop')
    await happens(handset)
    expect(await rows()).toHaveLength(2)
    service.ending = 410
    await send()
    expect(await browsers()).toEqual([])
    expect(await rows()).toEqual([])
  })

  test('A76: what somebody calls a browser is text', async () => {
    const { pages } = await told()
    await subscribe(pages, new TestBrowser(), '/push/b', '"><script>alert(1)</script>')
    const { html } = await pages.get('/account')
    expect(html).toContain('&lt;script&gt;alert')
    expect(html).not.toContain('<script>alert')
  })

  test('A96: the same browser twice is one; ten are the most; a browser that changes its account leaves the first', async () => {
    const { pages, browser } = await told()
    await subscribe(pages, browser)
    expect(await browsers()).toHaveLength(1)
    for (let i = 0; i < 9; i++) await subscribe(pages, new TestBrowser(), `/push/${i}`)
    expect((await subscribe(pages, new TestBrowser(), '/push/more')).status).toBe(413)
    const handset = await world.enrolOne()
    const { pages: next, account } = await signedIn(world, handset.ownerKey.key)
    await subscribe(next, browser)
    const all = await browsers()
    expect(all).toHaveLength(10)
    expect(all.filter(({ account_id }) => account_id === account)).toHaveLength(1)
  })

  test('O7.1: the seller hears that it is done, and from then on the buyer; erased, nobody does', async () => {
    const { handset, browser } = await told('/push/seller')
    const { phone, device, ownerKey, imei } = handset
    await phone.ask('transfer', { passcode: true, biometric: false })
    const { code } = await offerPhone(world.registryUrl, device, ownerKey, world.surroundings)
    await world.pass(3_600_000)
    await send()
    const buyer = generateEs256().signer
    const { pages } = await signedIn(world, buyer.key)
    expect((await pages.get('/account')).html).not.toContain('data-push') // no phone, no messages
    await takePhone(world.registryUrl, code, buyer)
    await world.settle()
    world.advance(60_000)
    await send()
    expect(browser.open(service.got.at(-1)!.body)).toContain('Handing your phone over')
    expect(browser.open(service.got.at(-1)!.body)).toContain('was done')

    const late = service.got.length
    world.advance(25 * 3_600_000) // one message a day says that something was asked for
    const { pages: taker } = await signedIn(world, buyer.key)
    await subscribe(taker, new TestBrowser(), '/push/buyer')
    await phone.ask('reset', { passcode: true, biometric: false })
    await send()
    expect(service.got.slice(late).map(({ path }) => path)).toEqual(['/push/buyer'])
    world.advance(25 * 3_600_000)
    await phone.ask('unprotect', { passcode: true, biometric: false })
    expect(await rows()).toHaveLength(1)
    const erased = await ask(world, {
      path: '/v1/erasures',
      body: { imei: withCheckDigit(imei) },
      by: world.founding.registry[0].signer,
    })
    expect(erased.status).toBe(200)
    expect((await browsers()).map(({ endpoint }) => new URL(endpoint).pathname)).toEqual([
      '/push/seller',
    ])
    expect(await rows()).toEqual([])
  })
})
