import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Keyboard } from './keyboard.ts'
import { NARROW, Site, WIDE } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(2)
})
afterAll(() => site[Symbol.asyncDispose]())

describe('with a keyboard alone', () => {
  test('O2.1, O3.1, O4.2: practised, reported, told more, followed, taken back', async () => {
    await using owner = await site.visitor({ viewport: WIDE })
    const { page } = owner
    const keys = new Keyboard(page)
    const { card, ownerKey } = site.world.phones[0]!

    await page.goto('/practice')
    await keys.type('Code on your recovery card', card)
    await keys.choose('It was stolen')
    await keys.press('Lock my phone')
    await page.waitForURL('**/practice/done*')

    await page.goto('/report')
    await keys.type('Code on your recovery card', card)
    await keys.choose('It was stolen')
    await keys.press('Lock my phone')
    const reference = (await page.locator('.govuk-panel strong').textContent())!
    await keys.press('Where did it happen?')
    await keys.type('Where did it happen?', 'Bus 38')
    await keys.press('Save and go back')
    await page.getByText('Saved', { exact: true }).waitFor()

    await page.goto('/follow')
    await keys.type('Reference', reference)
    await keys.type('Code on your recovery card', card)
    await keys.press('Continue')
    await page.getByText('Reported and locked by you').waitFor()

    const pem = readFileSync(ownerKey, 'utf8')
    const credential = Buffer.from('a keyboard’s owner').toString('base64url')
    await owner.addPasskeys([{ pem, credential, user: 'owner' }])
    await page.goto('/account/new')
    await keys.type('What shall we call you?', 'Sam')
    await keys.type('Code on your recovery card', card)
    await keys.press('Show my passkey')
    await page.getByRole('heading', { name: 'Your phones' }).waitFor()
    await keys.press(/False alarm/)
    await keys.press('Take it back with my passkey')
    await page.getByText(/^Done\. It is in the public log/).waitFor()
  })

  test('O3.F4: a mistake takes the focus, and leads to its field', async () => {
    await using borrowed = await site.visitor({ viewport: NARROW })
    const { page } = borrowed
    const keys = new Keyboard(page)
    await page.goto('/report')
    await keys.press('Lock my phone')
    await page.getByRole('alert').waitFor()
    expect(await keys.focused()).toContain('There is a problem')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.name')).toBe('card')
  })

  test('O3: a request without a card', async () => {
    await using borrowed = await site.visitor({ viewport: NARROW })
    const { page } = borrowed
    const keys = new Keyboard(page)
    await page.goto('/request')
    await keys.choose('It was stolen')
    await keys.type('Your phone’s number', '07700 900123')
    await keys.type('Your operator', 'Example Mobile')
    await keys.type('Your name', 'Sam Example')
    await keys.type('When did it happen?', 'today at noon')
    await keys.press('Continue')
    await keys.press('Send it to the police')
    await page.getByText('Your request is with the police').waitFor()
  })

  test('H2.1: a check, and its paper', async () => {
    await using buyer = await site.visitor({ viewport: NARROW })
    const { page } = buyer
    const keys = new Keyboard(page)
    await page.goto('/check?lang=en')
    await keys.type('IMEI or serial number', site.world.phones[1]!.imei)
    await keys.press('Check')
    await page.getByRole('status').first().waitFor()
    await keys.press('Print this answer')
    await page.locator('.app-code-picture').waitFor()
  })
})
