import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NARROW, Site, WIDE, type Visitor } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(2)
})
afterAll(() => site[Symbol.asyncDispose]())

/** How fast somebody shaken types, ms a key. */
const KEY_MS = 250
const MOST_MS = 60_000
const MOST_TYPED = 20

const screenOf = async (i: number) => {
  const answer = await fetch(`${site.world.phoneUrl(i)}/screen`)
  return JSON.stringify(await answer.json())
}

/** Looked at on a small phone and a large screen, with and without scripts. */
async function expectGood(visitor: Visitor, name: string): Promise<void> {
  await visitor.expectAccessible()
  await visitor.picture(name)
}

async function reportByCard(visitor: Visitor, card: string): Promise<void> {
  const { page } = visitor
  await page.goto('/report')
  await page.getByLabel('Code on your recovery card').pressSequentially(card, { delay: KEY_MS })
  await page.getByLabel('It was stolen').check()
  await page.getByRole('button', { name: 'Lock my phone' }).click()
}

describe('the report from a borrowed phone', () => {
  test('O3.1, O3.2, O3.3, O3.4: typed slowly, without scripts: locked in time, and nothing stays', async () => {
    await using borrowed = await site.visitor({ viewport: NARROW, hasScripts: false })
    const { card } = site.world.phones[0]!
    expect(card.length).toBeLessThanOrEqual(MOST_TYPED)
    await borrowed.page.goto('/report')
    await expectGood(borrowed, 'report')
    const began = performance.now()
    await reportByCard(borrowed, card)
    await borrowed.page.locator('.govuk-panel').waitFor()
    expect(performance.now() - began).toBeLessThan(MOST_MS)
    expect(await borrowed.page.textContent('h1')).toBe('Your phone is locked')
    expect(await screenOf(0)).toContain('held')
    await expectGood(borrowed, 'report-panel')
    expect(await borrowed.page.context().cookies()).toEqual([])
    expect(borrowed.page.url()).not.toContain(card)

    await borrowed.page.getByRole('link', { name: 'Where did it happen?' }).click()
    await expectGood(borrowed, 'report-detail')
    await borrowed.page.getByLabel('Where did it happen?').fill('Bus 38')
    await borrowed.page.getByRole('button', { name: 'Save and go back' }).click()
    await borrowed.page.getByText('Saved', { exact: true }).waitFor()
  })

  test('O3.F2: a wrong code keeps what was typed, and says what helps', async () => {
    await using borrowed = await site.visitor({ viewport: NARROW })
    await borrowed.page.goto('/report')
    await borrowed.page.getByLabel('Code on your recovery card').fill('ZZZZZZZZZZ')
    await borrowed.page.getByLabel('It was stolen').check()
    await borrowed.page.getByRole('button', { name: 'Lock my phone' }).click()
    await borrowed.page.getByRole('alert').waitFor()
    expect(await borrowed.page.inputValue('#card')).toBe('ZZZZZZZZZZ')
    borrowed.complaints.length = 0 // the browser's own line about the status
    await expectGood(borrowed, 'report-wrong-card')
  })
})

describe('the owner’s account', () => {
  test('O4.1, O5.1: a passkey that owns the phone opens the account, and takes the report back', async () => {
    await using owner = await site.visitor({ viewport: WIDE })
    const { card, ownerKey } = site.world.phones[1]!
    await reportByCard(owner, card)
    const panel = owner.page.locator('.govuk-panel strong')
    const reference = (await panel.textContent())!

    await owner.page.goto('/follow')
    await expectGood(owner, 'follow')
    await owner.page.getByLabel('Reference').fill(reference)
    await owner.page.getByLabel('Code on your recovery card').fill(card)
    await owner.page.getByRole('button', { name: 'Continue' }).click()
    await owner.page.getByText('Reported and locked by you').waitFor()
    await expectGood(owner, 'follow-timeline')
    await owner.page
      .getByRole('link', { name: /public log/ })
      .first()
      .click()
    await owner.page.getByText('order: hold').waitFor()
    await expectGood(owner, 'entry')

    const pem = readFileSync(ownerKey, 'utf8')
    const credential = Buffer.from('owner of phone two').toString('base64url')
    await owner.addPasskeys([{ pem, credential, user: 'owner' }])
    await owner.page.goto('/account')
    await expectGood(owner, 'account-sign-in')
    await owner.page.getByRole('link', { name: 'Make an account with your recovery card' }).click()
    await expectGood(owner, 'account-new')
    await owner.page.getByLabel('What shall we call you?').fill('Sam')
    await owner.page.getByLabel('Code on your recovery card').fill(card)
    await owner.page.getByRole('button', { name: 'Show my passkey' }).click()
    await owner.page.getByRole('heading', { name: 'Your phones' }).waitFor()
    await expectGood(owner, 'account-phones')

    // Out, and in again with nothing but the passkey.
    await owner.page.getByRole('button', { name: 'Sign out' }).click()
    await owner.page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await owner.page.getByRole('button', { name: /False alarm/ }).click()
    await owner.page.getByRole('heading', { name: 'Take the report back' }).waitFor()
    await expectGood(owner, 'account-sign')
    await owner.page.getByRole('button', { name: 'Take it back with my passkey' }).click()
    await owner.page.getByText(/^Done\. It is in the public log/).waitFor()
    await owner.page.getByText('You took the report back').waitFor()
    await expectGood(owner, 'account-done')
  })
})
