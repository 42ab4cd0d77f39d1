import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSigner } from '../../src/cli/files.ts'
import { OfficerDesk } from '../../src/cli/clients/officer.ts'
import { NARROW, Site, WIDE, type Visitor } from './browser.ts'
import { seatedAt } from './officer.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(2)
})
afterAll(() => site[Symbol.asyncDispose]())

/** Looked at on a large screen and on a small one. */
async function expectGood(visitor: Visitor, name: string): Promise<void> {
  for (const [size, viewport] of [
    ['wide', WIDE],
    ['narrow', NARROW],
  ] as const) {
    await visitor.page.setViewportSize(viewport)
    await visitor.expectAccessible()
    await visitor.picture(`${name}-${size}`)
  }
}

const screenOf = async (i: number) =>
  JSON.stringify(await (await fetch(`${site.world.phoneUrl(i)}/screen`)).json())

async function reported(i: number): Promise<string> {
  await using owner = await site.visitor({ viewport: NARROW })
  await owner.page.goto('/report')
  await owner.page.getByLabel('Code on your recovery card').fill(site.world.phones[i]!.card)
  await owner.page.getByLabel('It was stolen').check()
  await owner.page.getByRole('button', { name: 'Lock my phone' }).click()
  return (await owner.page.locator('.govuk-panel strong').textContent())!
}

async function signerOf(name: string) {
  return loadSigner(site.world.files.key(name))
}

async function withAccount(i: number): Promise<Visitor> {
  const owner = await site.visitor({ viewport: WIDE })
  const { card, ownerKey } = site.world.phones[i]!
  const credential = Buffer.from(`owner ${i}`).toString('base64url')
  await owner.addPasskeys([{ pem: readFileSync(ownerKey, 'utf8'), credential, user: `owner ${i}` }])
  await owner.page.goto('/account/new')
  await owner.page.getByLabel('What shall we call you?').fill('Sam')
  await owner.page.getByLabel('Code on your recovery card').fill(card)
  await owner.page.getByRole('button', { name: 'Show my passkey' }).click()
  await owner.page.getByRole('heading', { name: 'Your phones' }).waitFor()
  return owner
}

test('O6.1, O6.2, O6.3, A27: found, chosen, labelled, signed by both: the phone is protected again', async () => {
  const reference = await reported(0)
  // Locked by two officers, which the desk's own test plays in the browser.
  const { registryUrl } = site.world
  const first = new OfficerDesk(registryUrl, await signerOf('officer-1'))
  const second = new OfficerDesk(registryUrl, await signerOf('officer-2'))
  const { id } = await first.openCase({ crimeReference: 'CR/2026/30', why: 'theft', reference })
  await first.propose(id)
  await second.approve(await second.waiting(id, 'lock'), await signerOf('force-order'))
  await expect.poll(() => screenOf(0), { timeout: 20_000 }).toContain('stolen')

  await using owner = await withAccount(0)
  const { page: own } = owner
  await own.getByRole('link', { name: /^Your word and your word under threat/ }).click()
  await expectGood(owner, 'return-words')
  await own.getByLabel('New word', { exact: true }).fill('blue kettle')
  await own.getByLabel('New word under threat').fill('green kettle')
  await own.getByRole('button', { name: 'Set them with my passkey' }).click()
  await own.getByText('Your words count from now on').waitFor()
  await own.getByRole('link', { name: /^Ask police to unblock it/ }).click()
  await expectGood(owner, 'return-undo')
  await own.getByLabel('Why should it be unblocked?').fill('It is back with me')
  await own.getByLabel('Your word, if you have one').fill('green kettle')
  await own.getByRole('button', { name: 'Send it to the police' }).click()
  await own.getByText(/^Sent\. Officers of your case/).waitFor()

  await using officer = await seatedAt(site, 3)
  const { page: desk } = officer
  await desk.goto('/desk/returns')
  await desk.getByText('Owner under threat').waitFor()
  await expectGood(officer, 'returns')
  await desk.getByRole('link', { name: 'CR/2026/30' }).first().click()
  await expectGood(officer, 'return-take')
  await desk.getByRole('button', { name: 'Take it' }).click()
  await desk.getByText(/The owner gave the word under threat/).waitFor()
  await expectGood(officer, 'return-stolen')
  await desk.getByLabel('Exhibit reference').fill('EX/1')
  await desk.getByLabel('Country where it was found').fill('GB')
  await desk.getByRole('button', { name: 'Go on to sign' }).click()
  await desk.getByRole('heading', { name: 'Sign that police have it' }).waitFor()
  await expectGood(officer, 'return-sign-found')
  await desk.getByRole('button', { name: 'Sign with my passkey' }).click()
  await expect.poll(() => screenOf(0), { timeout: 20_000 }).toContain('recovered')

  await own.goto('/account')
  await expectGood(owner, 'account-recovered')
  await own.getByRole('link', { name: /^Say how it comes back/ }).click()
  await expectGood(owner, 'return-way')
  await own.getByLabel('Post it to me').check()
  await own.getByRole('button', { name: 'Save' }).click()
  await own.getByRole('alert').waitFor()
  owner.complaints.length = 0 // the browser's own line about the status
  await expectGood(owner, 'return-way-wrong')
  await own.getByLabel('Address, if it is to be posted').fill('7 Example Row\nLondon')
  await own.getByRole('button', { name: 'Save' }).click()
  await own.getByText('Saved. Police see it at once.').waitFor()

  await desk.getByRole('link', { name: 'Look again' }).click()
  await desk.getByText('7 Example Row').waitFor()
  await desk.getByRole('button', { name: 'Draft the release' }).click()
  await desk.getByRole('button', { name: 'Sign with my passkey' }).click()
  await desk.getByRole('button', { name: 'Print the label' }).waitFor()
  await expectGood(officer, 'return-recovered')
  await desk.getByRole('button', { name: 'Print the label' }).click()
  const said = desk.locator('.app-card .app-number')
  const code = (await said.textContent())!
  await expectGood(officer, 'return-label')
  await desk.emulateMedia({ media: 'print' })
  await officer.picture('return-label-printed')
  await desk.emulateMedia({ media: 'screen' })

  await own.goto('/account')
  await own.getByRole('link', { name: /^Confirm the return/ }).click()
  await expectGood(owner, 'return-confirm')
  await own.getByLabel('Code on the label').fill(code)
  await own.getByLabel('Your word, if you have one').fill('red kettle')
  await own.getByRole('button', { name: 'Confirm with my passkey' }).click()
  await own.getByRole('alert').waitFor()
  owner.complaints.length = 0
  await expectGood(owner, 'return-confirm-wrong')
  await own.getByLabel('Code on the label').fill(code)
  await own.getByLabel('Your word, if you have one').fill('blue kettle')
  await own.getByRole('button', { name: 'Confirm with my passkey' }).click()
  await own.getByText(/^Done\./).waitFor()
  await own.getByText('Returned: it works again').waitFor()
  await expectGood(owner, 'account-returned')
  await expect.poll(() => screenOf(0), { timeout: 20_000 }).not.toMatch(/stolen|recovered/)

  await desk.goto(`/desk/case/${id}/return`)
  await desk.getByText(/^Released: police and owner have signed/).waitFor()
  await expectGood(officer, 'return-released')
})

test('O8.1, O8.2: a holder appeals, an officer answers in writing, and the holder reads it', async () => {
  await reported(1)
  await using holder = await site.visitor({ viewport: NARROW })
  const { page } = holder
  await page.goto('/mine')
  await page.getByRole('link', { name: 'Say that it is your phone' }).click()
  await expectGood(holder, 'appeal')
  await page.getByLabel('IMEI or serial number').fill(site.world.phones[1]!.imei)
  await page.getByLabel('Your side').fill('I bought it in a shop, and have the receipt.')
  await page.getByRole('button', { name: 'Send it' }).click()
  await page.getByText('Your appeal is with the police').waitFor()
  await expectGood(holder, 'appeal-sent')
  const reference = (await page.locator('.govuk-panel strong').textContent())!
  const code = (await page.locator('.app-number').textContent())!
  expect(await page.context().cookies()).toEqual([])

  await using officer = await seatedAt(site, 2)
  const { page: desk } = officer
  await desk.goto('/desk/appeals')
  await expectGood(officer, 'appeals')
  await desk.getByRole('link', { name: reference }).click()
  await expectGood(officer, 'appeal-desk')
  await desk.getByRole('button', { name: 'I have read it' }).click()
  await desk.getByRole('heading', { name: 'The owner’s side' }).waitFor()
  await desk.getByLabel('The phone stays blocked').check()
  await desk
    .getByLabel('Your reason, which the holder reads')
    .fill('The receipt is of another phone.')
  await expectGood(officer, 'appeal-desk-heard')
  await desk.getByRole('button', { name: 'Answer' }).click()
  await desk.getByText('You refused:').waitFor()

  await page.getByRole('link', { name: 'Follow an appeal' }).click()
  await expectGood(holder, 'appeal-follow')
  await page.getByLabel('Reference').fill(reference)
  await page.getByLabel('Code of your appeal').fill(code)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('The receipt is of another phone.').waitFor()
  await expectGood(holder, 'appeal-answered')
})
