import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NARROW, Site, WIDE, expectGoodInBoth, forgiveAlgorithms, type Visitor } from './browser.ts'
import { readFileSync } from 'node:fs'

let site: Site
beforeAll(async () => {
  site = await Site.start(1)
})
afterAll(() => site[Symbol.asyncDispose]())

/** What a push service of a browser's maker would answer: the key of RFC 8291, appendix A. */
const SUBSCRIPTION = {
  endpoint: 'https://fcm.googleapis.com/fcm/send/test',
  keys: {
    p256dh:
      'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
}
/** Debian's Chromium reaches its maker's push service over the network alone: this one call is stood in for. */
const SUBSCRIBED = `PushManager.prototype.subscribe = ({ userVisibleOnly, applicationServerKey }) =>
  userVisibleOnly && applicationServerKey.length === 87
    ? Promise.resolve({ toJSON: () => (${JSON.stringify(SUBSCRIPTION)}) })
    : Promise.reject(new Error('no key'))`
const SHOWN = `navigator.serviceWorker.ready
  .then((registration) => registration.getNotifications())
  .then((all) => all.map(({ title, body }) => ({ title, body })))`

/** Whoever has the passkey that owns the phone. */
async function ownerHere(): Promise<Visitor> {
  const owner = await site.visitor({ viewport: WIDE })
  const { card, ownerKey } = site.world.phones[0]!
  const pem = readFileSync(ownerKey, 'utf8')
  const credential = Buffer.from('owner of phone 0').toString('base64url')
  await owner.addPasskeys([{ pem, credential, user: 'owner 0' }])
  await owner.page.goto('/account/new')
  await owner.page.getByLabel('Code on your recovery card').fill(card)
  await owner.page.getByRole('button', { name: 'Show my passkey' }).click()
  await owner.page.getByRole('heading', { name: 'Your phones' }).waitFor()
  return owner
}

describe('somebody without a phone', () => {
  test('T1.1, T1.2: scans the invitation, makes an account, accepts, and locks the owner’s phone', async () => {
    await using owner = await ownerHere()
    await owner.page.getByRole('link', { name: /^People you trust/ }).click()
    await owner.page.getByLabel('What do you call them?').fill('Kim')
    await owner.page.getByRole('button', { name: 'Make a code for them' }).click()
    const said = owner.page.locator('.govuk-inset-text .app-number')
    const code = (await said.textContent())!.replace(' ', '')
    await expectGoodInBoth(owner, 'trusted-invited')

    await using friend = await site.visitor({ viewport: NARROW })
    await friend.addPasskeys()
    const { page } = friend
    await page.goto(`/trusted/accept#${code}`)
    expect(page.url()).not.toContain(code)
    await expectGoodInBoth(friend, 'account-sign-in')
    await page.getByRole('link', { name: 'Make an account without a phone' }).click()
    await page.getByLabel('What shall we call you?').fill('Kim')
    await expectGoodInBoth(friend, 'account-create')
    await page.getByRole('button', { name: 'Make a passkey' }).click()
    await page.getByRole('heading', { name: 'Now use it once' }).waitFor()
    forgiveAlgorithms(friend)
    await expectGoodInBoth(friend, 'account-first-use')
    await page.getByRole('button', { name: 'Use my new passkey' }).click()
    await page.getByRole('heading', { name: 'Somebody trusts you with their phone' }).waitFor()
    // What was scanned before stands in the field now, and is kept nowhere else.
    expect(await page.inputValue('#code')).toBe(code)
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
    await page.getByRole('button', { name: 'I understand, and accept' }).click()
    await page.getByText('You have accepted').waitFor()
    await page.goto('/account')
    await expectGoodInBoth(friend, 'account-no-phone')
    await page.goto('/trusted')
    await page.getByLabel('The code they gave you').fill(code)
    await page.getByLabel('It was stolen').check()
    await page.getByRole('button', { name: 'Lock their phone' }).click()
    await page.getByText('The report is in force').waitFor()

    await page.goto('/account/passkeys')
    await expectGoodInBoth(friend, 'account-passkeys-friend')
    await page.getByRole('button', { name: 'Show a passkey and add one' }).click()
    await page.getByRole('heading', { name: 'Make the new passkey' }).waitFor()
    await expectGoodInBoth(friend, 'account-passkey-new')
    // The same authenticator makes no second one for this account.
    await page.getByRole('button', { name: 'Make a passkey' }).click()
    await page.getByText('No passkey was made').waitFor()
    forgiveAlgorithms(friend)

    await owner.page.goto('/account')
    await owner.page
      .getByText(/^Locked by you until/)
      .first()
      .waitFor()
    await owner.page.goto('/account/passkeys')
    await expectGoodInBoth(owner, 'account-passkeys')
  })

  test('the owner’s browser shows what it is told, while no page is open', async () => {
    await using owner = await site.visitor({ viewport: NARROW })
    const { card, ownerKey } = site.world.phones[0]!
    const credential = Buffer.from('owner of phone 0').toString('base64url')
    // The counter of this authenticator begins anew, as a synced passkey's does not count at all.
    await owner.addPasskeys([
      { pem: readFileSync(ownerKey, 'utf8'), credential, user: 'owner 0', signCount: 50 },
    ])
    const { page } = owner
    await page.context().grantPermissions(['notifications'])
    // Debian's Chromium subscribes with a push service of its maker over the network: that one call is stood in for.
    await page.addInitScript(SUBSCRIBED)
    await page.goto('/account/new')
    await page.getByLabel('Code on your recovery card').fill(card)
    await page.getByRole('button', { name: 'Show my passkey' }).click()
    const label = page.getByLabel('What do you call this browser?')
    await label.waitFor()
    await expectGoodInBoth(owner, 'account-push-offered')
    await label.fill('Tablet')
    const workers = await page.context().newCDPSession(page)
    const registered = new Promise<string>((resolve) =>
      workers.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const [ours] = registrations
        if (ours) resolve(ours.registrationId)
      }),
    )
    await workers.send('ServiceWorker.enable')
    await page.getByRole('button', { name: 'Send messages to this browser' }).click()
    await page.getByText('This browser is told from now on.').waitFor()
    await expectGoodInBoth(owner, 'account-push-on')
    const data = JSON.stringify({ id: '1', text: 'Erasing your phone was asked for on the phone.' })
    const message = { origin: site.url, registrationId: await registered, data }
    await workers.send('ServiceWorker.deliverPushMessage', message)
    await workers.send('ServiceWorker.deliverPushMessage', message)
    const shown = () => page.evaluate(SHOWN)
    await expect.poll(shown, { timeout: 20_000 }).toHaveLength(1) // the second copy took its place
    expect(await shown()).toEqual([
      { title: 'About your phone', body: 'Erasing your phone was asked for on the phone.' },
    ])
    await page.getByRole('button', { name: 'Tell Tablet no more' }).click()
    await page.getByText('That browser is told no more.').waitFor()
  })

  test('without scripts no message is offered', async () => {
    await using owner = await site.visitor({ viewport: NARROW, hasScripts: false })
    await owner.page.goto('/account')
    expect(await owner.page.locator('form[data-push]:visible').count()).toBe(0)
  })
})
