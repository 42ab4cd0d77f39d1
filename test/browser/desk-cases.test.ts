import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OfficerDesk } from '../../src/cli/clients/officer.ts'
import { Owner } from '../../src/cli/clients/owner.ts'
import { loadSigner } from '../../src/cli/files.ts'
import { parseImei14, withCheckDigit } from '../../src/core/index.ts'
import { CasePage } from '../../src/wire/index.ts'
import { RegisterProbe } from '../../src/sim/index.ts'
import { NARROW, Site, WIDE, type Visitor } from './browser.ts'
import { seatedAt } from './officer.ts'

let site: Site
/** Each signs in once: a test's authenticator counts from nothing in every browser. */
let officers: readonly [Visitor, Visitor, Visitor]
beforeAll(async () => {
  site = await Site.start(3)
  officers = [await seatedAt(site, 1), await seatedAt(site, 2), await seatedAt(site, 3)]
})
afterAll(async () => {
  for (const officer of officers) await officer[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

/** Looked at on a large screen and on a small phone. */
async function expectGood(visitor: Visitor, name: string): Promise<void> {
  await visitor.expectAccessible()
  await visitor.picture(name)
  await visitor.page.setViewportSize(NARROW)
  await visitor.expectAccessible()
  await visitor.picture(`${name}-narrow`)
  await visitor.page.setViewportSize(WIDE)
}

async function reported(i: number): Promise<string> {
  const { card, ownerKey } = site.world.phones[i]!
  const owner = new Owner(site.url, card, await loadSigner(ownerKey))
  return (await owner.report('theft')).reference
}

async function takeUp({ page }: Visitor, reference: string, crime: string | null): Promise<void> {
  await page.goto(`/desk/take/${reference}`)
  if (crime !== null) await page.getByLabel('Crime reference').fill(crime)
  await page.getByLabel('I know none of the people involved').check()
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('heading', { name: 'Evidence' }).waitFor()
}

async function propose({ page }: Visitor): Promise<void> {
  await page.getByLabel('Robbery', { exact: true }).check()
  await page.getByLabel('Proof of purchase was seen').check()
  await page.getByRole('button', { name: 'Go on to sign' }).click()
  await page.getByRole('button', { name: 'Sign with my passkey' }).click()
  await page.getByText('1 of 2').waitFor()
}

test('P2.3: after the second signature the page shows by itself: logged, witnessed, networks', async () => {
  const [one, two] = officers
  const reference = await reported(0)
  await takeUp(one, reference, 'CR/LIVE/1')
  await propose(one)
  await expectGood(one, 'desk-progress-waiting')
  await takeUp(two, reference, null)
  for (const point of [/one that was reported/, /is its owner/, /No sale or dispute/])
    await two.page.getByLabel(point).check()
  await two.page.getByLabel('The account fits what is on record').check()
  await two.page.getByRole('button', { name: 'Save my view' }).click()
  await two.page.getByRole('button', { name: 'Go on to sign' }).click()
  await two.page.getByRole('button', { name: 'Sign with my passkey' }).click()
  // Nobody presses anything: neither who signed last, nor who has the page open since.
  for (const { page } of [two, one]) {
    await page
      .locator('#progress')
      .getByText(/Entry \d+ of the public log/)
      .waitFor()
    await page.locator('#progress').getByText('1 of 1').waitFor()
    await page.locator('#progress').getByText('Blocked everywhere').waitFor()
  }
  await expectGood(two, 'desk-progress-live')

  // It surfaces: a network asks its register, and somebody checks its number.
  const imei = parseImei14(site.world.phones[0]!.imei)
  const probe = new RegisterProbe(site.world.edgeUrl)
  expect(await probe.ask(imei)).toBe('BLACKLISTED')
  probe.close()
  await using buyer = await site.visitor()
  await buyer.page.goto(`/check?imei=${withCheckDigit(imei)}`)
  await buyer.page.locator('main form button').first().click()
  await buyer.page.getByText('Do not buy it').first().waitFor()
  await takeUp(one, reference, null)
  await one.page.getByRole('link', { name: 'All sightings' }).click()
  await one.page.getByRole('heading', { name: 'In order' }).waitFor()
  const { page } = one
  const seen = async () => (await page.reload()) && (await page.textContent('main'))
  await expect.poll(seen, { timeout: 20_000 }).toMatch(/ClaimT.*AttestedS|AttestedS.*ClaimT/s)
  await expectGood(one, 'desk-sightings')
})

test('P2.F3: the hold ends while the page is open: the page says so at once', async () => {
  const [, , officer] = officers
  const reference = await reported(1)
  await takeUp(officer, reference, 'CR/LAPSE/1')
  await officer.page.getByText('The owner’s lock is running, until').waitFor()
  await expectGood(officer, 'desk-case-held')
  const { card, ownerKey } = site.world.phones[1]!
  await new Owner(site.url, card, await loadSigner(ownerKey)).withdraw(reference)
  const said = officer.page.locator('#hold').getByText('The owner’s lock has ended')
  await said.waitFor()
  await expectGood(officer, 'desk-case-lapsed')
  await officer.page.locator('#hold').getByRole('link', { name: 'Look at the page again' }).click()
  await officer.page.getByText('Not locked').waitFor()
})

test('A44: a request without a card, and the model named back', async () => {
  const [officer] = officers
  {
    await using owner = await site.visitor({ viewport: NARROW })
    const { page } = owner
    await page.goto('/request')
    await page.getByRole('radio').first().check()
    await page.locator('#number').fill('07700 900123')
    await page.locator('#operator').fill('Example Mobile')
    await page.locator('#name').fill('Sam Example')
    await page.locator('#happened').fill('today at noon')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Send it to the police' }).click()
    await page.locator('.govuk-panel').waitFor()
  }
  const { page } = officer
  await page.goto('/desk')
  await expectGood(officer, 'desk-queue-kinds')
  await page.getByRole('link', { name: /Requests without a card: 1/ }).click()
  await page.getByRole('heading', { name: 'Requests without a card' }).waitFor()
  await expectGood(officer, 'desk-requests')
  await page.getByRole('link', { name: /^Open/ }).click()
  await expectGood(officer, 'desk-request')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('.govuk-error-summary').waitFor()
  expect(officer.complaints.splice(0).join()).toContain('422')
  await expectGood(officer, 'desk-request-error')
  await page.getByLabel('IMEI, as you obtained it').fill(withCheckDigit(numberOf(900_001)))
  await page.getByLabel('From its operator').check()
  await page.getByLabel('Crime reference').fill('CR/REQ/1')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Is that the phone?').or(page.getByText('The model is')).first().waitFor()
  await expectGood(officer, 'desk-request-check')
  await page.getByRole('button', { name: 'Yes: open the case' }).click()
  await page.getByRole('heading', { name: 'What its owner says' }).waitFor()
  await expectGood(officer, 'desk-request-case')
})

test('S1.1, S1.2: a lock taken back as an error, to where its owner is asked', async () => {
  const [one, two] = officers
  const reference = /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/
  await one.page.goto('/desk?state=locked')
  const found = reference.exec((await one.page.textContent('main'))!)![0]
  await takeUp(one, found, null)
  await one.page.getByRole('link', { name: 'Correct an error' }).click()
  await expectGood(one, 'desk-correction')
  await one.page.getByLabel('Another phone was meant').check()
  await one.page.getByRole('button', { name: 'Go on to sign' }).click()
  await expectGood(one, 'desk-correction-sign')
  await one.page.getByRole('button', { name: 'Sign with my passkey' }).click()
  await one.page.getByText('1 of 2').waitFor()

  await takeUp(two, found, null)
  await two.page.getByRole('link', { name: 'Correct an error' }).click()
  await two.page.getByLabel('It was not stolen or lost after all').check()
  await expectGood(two, 'desk-correction-second')
  await two.page.getByRole('button', { name: 'Save my view' }).click()
  await two.page.getByText('The first officer’s: Another phone was meant').waitFor()
  await two.page.getByRole('button', { name: 'Go on to sign' }).click()
  await two.page.getByRole('button', { name: 'Sign with my passkey' }).click()
  // The force's own desk is at work, and the page that stands open says so.
  await one.page.locator('#correction').getByText('Missing: asked in his account').waitFor()
  await expectGood(one, 'desk-correction-owner')
  const { card, ownerKey } = site.world.phones[0]!
  await new Owner(site.url, card, await loadSigner(ownerKey)).confirmRelease(found)
  await one.page.locator('#correction').getByText('Not locked').waitFor()
  await expectGood(one, 'desk-correction-done')
})

const numberOf = (n: number) => parseImei14(`00101701${String(n).padStart(6, '0')}`)
const DECISIONS = 50
const PROPOSED = 3
/** Against what hangs: 48 s alone on two cores. */
const MOST_SECONDS = 240

const MOST_TABS = 100

/** Goes there with the Tab key, as who has no mouse does, and presses a key. */
async function press(page: Page, css: string, key: string): Promise<void> {
  const isThere = `document.activeElement === document.querySelector(${JSON.stringify(css)})`
  await page.locator(css).first().waitFor()
  for (let tabs = 0; !(await page.evaluate(isThere)); tabs++) {
    if (tabs > MOST_TABS) throw new Error(`no way to ${css} with the keyboard`)
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press(key)
}

test('P1.2: 50 decisions with the keyboard alone', async () => {
  const { page } = officers[2]
  const signer = await loadSigner(site.world.files.key('officer-3'))
  const desk = new OfficerDesk(site.url.replace('localhost', '127.0.0.1'), signer)
  for (let n = 0; n < DECISIONS; n++) {
    const imei = withCheckDigit(numberOf(800_000 + n))
    await desk.openCase({ crimeReference: `CR/KEYS/${n}`, why: 'theft', imei })
  }
  await page.goto('/desk?kind=number')
  const began = performance.now()
  for (let n = 0; n < DECISIONS; n++) {
    await press(page, 'main td a[href$="/take"]', 'Enter')
    await press(page, 'form[action$="/take"] button', 'Enter')
    await page.getByRole('heading', { name: 'Decision' }).waitFor()
    if (n >= DECISIONS - PROPOSED) {
      await press(page, 'input[name="why"]', 'Space')
      await press(page, 'input[name="view"]', 'Space')
      await press(page, 'form[action$="/propose"] button', 'Enter')
      await press(page, 'form[data-passkey] button', 'Enter')
      await page.getByText('1 of 2').waitFor()
      // What is proposed waits for somebody else.
      await page.goto('/desk?kind=number&state=open')
      continue
    }
    await press(page, 'summary', 'Enter')
    await press(page, 'input[name="reason"]', 'Space')
    await press(page, 'form[action$="/refuse"] button', 'Enter')
    await page.locator('#progress').getByText('Refused').waitFor()
    await press(page, 'main a[href="/desk"]', 'Enter')
    await page.getByRole('heading', { name: 'Reports' }).waitFor()
  }
  const seconds = (performance.now() - began) / 1000
  expect(seconds).toBeLessThan(MOST_SECONDS)
  expect(officers[2].complaints).toEqual([])
  const refused = await desk.get('/v1/cases?limit=200&state=refused', CasePage)
  expect(refused.items).toHaveLength(DECISIONS - PROPOSED)
  const proposed = await desk.get('/v1/cases?limit=200&state=proposed', CasePage)
  expect(
    proposed.items.filter(({ crimeReference }) => crimeReference.startsWith('CR/KEYS/')),
  ).toHaveLength(PROPOSED)
})
