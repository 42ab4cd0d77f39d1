import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NARROW, Site, WIDE, type Visitor } from './browser.ts'

/** What of the page is shown in README.md: the wall, the panels, the first tricks. */
const LAB_IN_README = { width: WIDE.width, height: 1_790 }

let site: Site
beforeAll(async () => {
  site = await Site.start(0, true)
})
afterAll(() => site[Symbol.asyncDispose]())

/** Waits for a word in that place. */
const shows = (visitor: Visitor, id: string, text: string | RegExp) =>
  visitor.page.locator(`#${id}`).getByText(text).first().waitFor()

const press = (visitor: Visitor, name: string | RegExp) =>
  visitor.page.getByRole('button', { name }).first().click()

async function openLab(visitor: Visitor): Promise<void> {
  await visitor.page.goto('/')
  await visitor.page.getByRole('button', { name: 'Open the lab' }).click()
  await shows(visitor, 'lab-wall', 'Phone 4')
}

const countOf = async (visitor: Visitor) =>
  (await visitor.page.locator('.app-lab__count').textContent())?.replace(/\s+/g, ' ').trim()

describe('the lab', () => {
  test('O3.3, P2.3, A07, A19: snatched, reported, confirmed, and worth nothing: watched as it happens', async () => {
    await using visitor = await site.visitor({ viewport: WIDE })
    await openLab(visitor)
    await visitor.expectAccessible()
    await visitor.picture('lab-free')

    await visitor.page.getByRole('button', { name: 'Snatch phone 2' }).press('Enter')
    await shows(visitor, 'lab-wall', 'In the thief’s hand')
    expect(await visitor.page.evaluate('document.activeElement.id')).toBe('lab-said')
    await press(visitor, /^Owner: report it/)
    await shows(visitor, 'lab-register', 'GREYLISTED')
    await press(visitor, /^First officer/)
    await press(visitor, /^Second officer/)
    await shows(visitor, 'lab-register', 'BLACKLISTED')
    await shows(visitor, 'lab-desk', /Police confirmed the theft/)
    await visitor.expectAccessible()

    await press(visitor, /erased by recovery mode/)
    await shows(visitor, 'lab-tricks', 'activation-refused')
    await press(visitor, /an older release/)
    await shows(visitor, 'lab-tricks', 'replay')
    expect(await countOf(visitor)).toBe('Attempts 2 · usable: 0')

    await press(visitor, 'Try everything')
    await shows(visitor, 'lab-said', /^Everything tried/)
    expect(await countOf(visitor)).toBe('Attempts 24 · usable: 0')
    expect(await visitor.page.getByText('Failed', { exact: true }).count()).toBe(0)
    expect(await visitor.page.getByText('Refused', { exact: true }).count()).toBe(22)
    await shows(visitor, 'lab-parts', /display/)
    await visitor.expectAccessible()
    await visitor.picture('lab', LAB_IN_README)
    await visitor.picture('lab-whole')
  })

  test('the same without scripts, at 360 pixels; started again with a fresh phone', async () => {
    await using visitor = await site.visitor({ viewport: NARROW, hasScripts: false })
    await visitor.page.goto('/lab')
    await visitor.expectAccessible()
    await visitor.picture('lab-narrow')
    await press(visitor, 'Start again')
    await lookUntil(visitor, 'Snatch phone 1')
    await press(visitor, 'Snatch phone 1')
    await lookUntil(visitor, /^Owner: report it/)
    await visitor.page.getByRole('button', { name: /^Owner: report it/ }).press('Enter')
    await lookUntil(visitor, /^First officer/)
    await visitor.expectAccessible()
    await visitor.picture('lab-narrow-held')
  })
})

test('A96: hundreds of presses from two tabs do everything once, and looking does nothing', async () => {
  await using visitor = await site.visitor()
  const { page } = visitor
  await page.goto('/lab')
  const flood = (button: string) =>
    page.evaluate(
      `Promise.all(Array.from({ length: 250 }, () => fetch('/lab', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ button: ${JSON.stringify(button)} }) }))).then(() => fetch('/lab')).then((answer) => answer.text())`,
    ) as Promise<string>
  await flood('again')
  await shows(visitor, 'lab-wall', 'Snatch phone 1')
  for (const button of ['snatch-0', 'report', 'propose', 'approve']) await flood(button)
  const html = await flood('trick-network')
  expect(html.match(/<li><strong>/g)?.length).toBe(3)
  await shows(visitor, 'lab-tricks', 'BLACKLISTED')
  const attempts = await countOf(visitor)
  for (const path of ['/lab?button=again', '/lab/live?button=again'])
    await page.evaluate(`fetch(${JSON.stringify(path)}).then((answer) => answer.body?.cancel())`)
  expect(await countOf(visitor)).toBe(attempts)
  const unknown = await fetch(`${site.url}/lab`, {
    method: 'POST',
    body: new URLSearchParams({ button: 'trick-none' }),
  })
  expect(unknown.status).toBe(400)
  const elsewhere = await fetch(`${site.url}/lab`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ button: 'again' }),
  })
  expect(elsewhere.status).toBe(403)
})

/** As somebody without scripts does: looks again until the button is there. */
async function lookUntil(visitor: Visitor, name: string | RegExp): Promise<void> {
  const button = visitor.page.getByRole('button', { name }).first()
  await expect
    .poll(
      async () => {
        if (await button.isVisible()) return true
        await visitor.page.getByRole('link', { name: 'Look again' }).click()
        return button.isVisible()
      },
      { timeout: 120_000, interval: 500 },
    )
    .toBe(true)
}
