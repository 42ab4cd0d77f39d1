import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NARROW, Site, WIDE, type Visitor } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(2)
})
afterAll(() => site[Symbol.asyncDispose]())

async function expectGood(visitor: Visitor, name: string): Promise<void> {
  await visitor.expectAccessible()
  await visitor.picture(name)
}

/** Somebody with the passkey that owns this phone, and an account. */
async function withAccount(i: number): Promise<Visitor> {
  const owner = await site.visitor({ viewport: WIDE })
  const { card, ownerKey } = site.world.phones[i]!
  const pem = readFileSync(ownerKey, 'utf8')
  const credential = Buffer.from(`owner of phone ${i}`).toString('base64url')
  await owner.addPasskeys([{ pem, credential, user: `owner ${i}` }])
  await owner.page.goto('/account/new')
  await owner.page.getByLabel('What shall we call you?').fill('Sam')
  await owner.page.getByLabel('Code on your recovery card').fill(card)
  await owner.page.getByRole('button', { name: 'Show my passkey' }).click()
  await owner.page.getByRole('heading', { name: 'Your phones' }).waitFor()
  return owner
}

describe('a phone that nobody enrolled', () => {
  test('O3: without a card and without scripts it becomes a request, and can be followed', async () => {
    await using borrowed = await site.visitor({ viewport: NARROW, hasScripts: false })
    const { page } = borrowed
    await page.goto('/report')
    await page.getByText('I do not have my recovery card').click()
    await page.getByRole('link', { name: 'ask an officer to block your phone' }).click()
    await expectGood(borrowed, 'request')
    await page.getByLabel('It was stolen').check()
    await page.getByLabel('Your phone’s number').fill('07700 900123')
    await page.getByLabel('Your operator').fill('Example Mobile')
    await page.getByLabel('Your name').fill('Sam Example')
    await page.getByLabel('When did it happen?').fill('today at noon')
    await page.getByLabel(/^IMEI/).fill('001017010000018')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').waitFor()
    borrowed.complaints.length = 0 // the browser's own line about the status
    await expectGood(borrowed, 'request-wrong-imei')
    await page.getByLabel(/^IMEI/).fill('001017010000019')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText(/The model is .+ Yours\?/).waitFor()
    await expectGood(borrowed, 'request-check')
    await page.getByRole('button', { name: 'Send it to the police' }).click()
    await page.getByText('Your request is with the police').waitFor()
    await expectGood(borrowed, 'request-sent')
    const reference = (await page.locator('.govuk-panel strong').textContent())!
    expect(await page.context().cookies()).toEqual([])
    await page.goto('/request/follow')
    await expectGood(borrowed, 'request-follow')
    await page.getByLabel('Reference').fill(reference)
    await page.getByLabel('Your phone’s number').fill('07700900123')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('Not blocked. An officer has not read your request yet.').waitFor()
  })
})

describe('an owner and somebody trusted', () => {
  test('O1.1, O5.1, T1.1, T1.2: a new card ends the old one; a trusted person locks the phone, the owner takes it back', async () => {
    await using owner = await withAccount(0)
    await expectGood(owner, 'account-asks')
    const old = site.world.phones[0]!.card
    await owner.page.getByRole('link', { name: 'Print a recovery card' }).click()
    await expectGood(owner, 'card-new')
    await owner.page.getByRole('button', { name: 'Make a new card with my passkey' }).click()
    await owner.page.getByRole('heading', { name: 'Recovery card' }).waitFor()
    await expectGood(owner, 'card')
    await owner.page.emulateMedia({ media: 'print' })
    await owner.picture('card-printed')
    await owner.page.emulateMedia({ media: 'screen' })
    const card = (await owner.page.locator('.app-card .app-number').textContent())!.replace(' ', '')
    await owner.page.goto('/practice')
    await owner.page.getByLabel('Code on your recovery card').fill(old)
    await owner.page.getByLabel('It was stolen').check()
    await owner.page.getByRole('button', { name: 'Lock my phone' }).click()
    await owner.page.getByRole('alert').waitFor()
    owner.complaints.length = 0
    // Scanned: the code stands in the field, and not in the address.
    await owner.page.goto(`/report#${card}`)
    expect(await owner.page.inputValue('#card')).toBe(card)
    expect(owner.page.url()).not.toContain(card)

    await owner.page.goto('/account')
    await owner.page.getByRole('link', { name: /^People you trust/ }).click()
    await owner.page.getByLabel('What do you call them?').fill('Kim')
    await owner.page.getByRole('button', { name: 'Make a code for them' }).click()
    const said = owner.page.locator('.govuk-inset-text .app-number')
    const code = (await said.textContent())!
    await expectGood(owner, 'trusted-people')

    // The session ends while a form is filled in: what was typed is there after signing in.
    const ended = { name: '__Host-session', value: 'A'.repeat(43), url: 'https://localhost' }
    await owner.page.getByLabel('What do you call them?').fill('Lee')
    await owner.page.context().addCookies([ended])
    await owner.page.getByRole('button', { name: 'Make a code for them' }).click()
    await owner.page.getByText('You were signed out').waitFor()
    owner.complaints.length = 0
    await expectGood(owner, 'account-ended')
    await owner.page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await owner.page.getByText('Go on where you were').waitFor()
    await expectGood(owner, 'account-kept')
    await owner.page.getByRole('button', { name: 'Send it now' }).click()
    await owner.page.getByText('The code for Lee').waitFor()

    await using friend = await withAccount(1)
    await friend.page.goto('/trusted/accept')
    await expectGood(friend, 'trusted-accept')
    await friend.page.getByLabel('The code they gave you').fill(code)
    await friend.page.getByRole('button', { name: 'I understand, and accept' }).click()
    await friend.page.getByText('You have accepted').waitFor()
    await expectGood(friend, 'trusted-accepted')
    await friend.page.goto('/trusted')
    await friend.page.getByLabel('The code they gave you').fill(code)
    await friend.page.getByLabel('It was stolen').check()
    await expectGood(friend, 'trusted-hold')
    await friend.page.getByRole('button', { name: 'Lock their phone' }).click()
    await friend.page.getByText('The report is in force').waitFor()
    await expectGood(friend, 'trusted-done')

    await owner.page.goto('/account')
    await owner.page.getByRole('button', { name: /False alarm/ }).click()
    await owner.page.getByRole('button', { name: 'Take it back with my passkey' }).click()
    await owner.page.getByText(/^Done\. It is in the public log/).waitFor()
    await expectGood(owner, 'account-after-friend')
  })
})
