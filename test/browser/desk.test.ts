import { afterAll, beforeAll, expect, test } from 'vitest'
import { NARROW, Site, WIDE, type Visitor } from './browser.ts'
import { atTheDoor, signIn } from './officer.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(2)
})
afterAll(() => site[Symbol.asyncDispose]())

async function expectGood(visitor: Visitor, name: string): Promise<void> {
  await visitor.expectAccessible()
  await visitor.picture(name)
}

const screenOf = async (i: number) =>
  JSON.stringify(await (await fetch(`${site.world.phoneUrl(i)}/screen`)).json())

async function reported(i: number): Promise<{ reference: string; card: string }> {
  await using owner = await site.visitor({ viewport: NARROW })
  const { card } = site.world.phones[i]!
  await owner.page.goto('/report')
  await owner.page.getByLabel('Code on your recovery card').fill(card)
  await owner.page.getByLabel('It was stolen').check()
  await owner.page.getByRole('button', { name: 'Lock my phone' }).click()
  const reference = (await owner.page.locator('.govuk-panel strong').textContent())!
  return { reference, card }
}

/** An officer in front of the desk, signed in with the key of his certificate. */
async function seated(n: 1 | 2 | 3, viewport = WIDE): Promise<Visitor> {
  const { officer, name } = await atTheDoor(site, n, viewport)
  if (n === 1) await expectGood(officer, 'desk-sign-in')
  await signIn(officer, name)
  return officer
}

async function takeUp({ page }: Visitor, reference: string, crime: string | null): Promise<void> {
  await page.getByRole('link', { name: `Take ${reference}` }).click()
  if (crime !== null) await page.getByLabel('Crime reference').fill(crime)
  await page.getByLabel('I know none of the people involved').check()
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('heading', { name: 'Evidence' }).waitFor()
}

test('P1.3, P2.1, P2.3, A50: two officers with passkeys block a phone; its screen says stolen', async () => {
  const { reference } = await reported(0)
  {
    await using first = await seated(1)
    await expectGood(first, 'desk-queue')
    await first.page.getByRole('link', { name: `Take ${reference}` }).click()
    await expectGood(first, 'desk-take')
    await first.page.goBack()
    await takeUp(first, reference, 'CR/2026/17')
    await expectGood(first, 'desk-case')
    await first.page.getByLabel('Robbery', { exact: true }).check()
    await first.page.getByLabel('Proof of purchase was seen').check()
    await first.page.getByRole('button', { name: 'Go on to sign' }).click()
    await first.page.getByRole('heading', { name: 'Sign the order' }).waitFor()
    await expectGood(first, 'desk-sign')
    await first.page.getByRole('button', { name: 'Sign with my passkey' }).click()
    await first.page.getByText('1 of 2').waitFor()
    await expectGood(first, 'desk-progress')
  }
  expect(await screenOf(0)).toContain('held')
  await using second = await seated(2, NARROW)
  await expectGood(second, 'desk-queue-narrow')
  await takeUp(second, reference, null)
  expect(await second.page.textContent('main')).not.toContain('The first officer’s')
  await expectGood(second, 'desk-second')
  const { page } = second
  for (const point of [/one that was reported/, /is its owner/, /No sale or dispute/])
    await page.getByLabel(point).check()
  await page.getByLabel('The account fits what is on record').check()
  await page.getByRole('button', { name: 'Save my view' }).click()
  await page.getByText('The first officer’s: Proof of purchase was seen').waitFor()
  await expectGood(second, 'desk-second-view')
  await page.getByRole('button', { name: 'Go on to sign' }).click()
  await page.getByRole('button', { name: 'Sign with my passkey' }).click()
  await page.getByRole('link', { name: 'Look again' }).waitFor()
  await expect.poll(() => screenOf(0), { timeout: 20_000 }).toContain('stolen')
  await page.getByRole('link', { name: 'Look again' }).click()
  await page.getByRole('link', { name: /of the public log/ }).waitFor()
  await expectGood(second, 'desk-done')
})

test('P2.2: a refusal, and its reason where the owner follows the report', async () => {
  const { reference, card } = await reported(1)
  await using officer = await seated(3)
  await takeUp(officer, reference, 'CR/2026/18')
  await officer.page.getByText('Refuse instead').click()
  await officer.page.getByLabel(/Nothing shows that the phone is yours/).check()
  await expectGood(officer, 'desk-refuse')
  await officer.page.getByRole('button', { name: 'Refuse', exact: true }).click()
  await officer.page.getByText('Refused').waitFor()

  await using owner = await site.visitor({ viewport: NARROW })
  await owner.page.goto('/follow')
  await owner.page.getByLabel('Reference').fill(reference)
  await owner.page.getByLabel('Code on your recovery card').fill(card)
  await owner.page.getByRole('button', { name: 'Continue' }).click()
  await owner.page.getByText('Bring a receipt, the box or a contract').waitFor()
  await expectGood(owner, 'follow-refused')
})
